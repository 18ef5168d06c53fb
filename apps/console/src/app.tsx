import { TimeRangeProvider } from '@grafana/ui';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createBrowserRouter, RouterProvider } from 'react-router';
import { ApiError } from './client/api-error.js';
import { routes } from './routes.js';
import { ThemeProvider } from './shell/theme.js';
import { NoticeProvider } from './shell/notices.js';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server refuses, it refuses again.
      retry: (failures, error) =>
        failures < 2 &&
        !(error instanceof ApiError && error.problem.status >= 400 && error.problem.status < 500),
      refetchOnWindowFocus: true,
    },
  },
});
const router = createBrowserRouter(routes);

/** Everything around the pages. */
export function App() {
  return (
    <ThemeProvider>
      <QueryClientProvider client={client}>
        <TimeRangeProvider>
          <NoticeProvider>
            <RouterProvider router={router} />
          </NoticeProvider>
        </TimeRangeProvider>
      </QueryClientProvider>
    </ThemeProvider>
  );
}
