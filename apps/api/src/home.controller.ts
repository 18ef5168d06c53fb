import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Fieldstream</title>
<h1>Fieldstream</h1>
<ul>
<li><a href="/api/docs">API documentation</a> (<a href="/api/openapi.json">OpenAPI</a>)
<li><a href="/api/devices">Devices</a>
<li><a href="/api/alerts?state=firing">Open alerts</a>
<li><a href="/api/pipeline">Pipeline</a>
<li><a href="/health/ready">Health</a>, <a href="/metrics">metrics</a>
</ul>
</html>
`;

/** Where somebody who types the address finds the way. */
@ApiExcludeController()
@Controller()
export class HomeController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'none'")
  show(): string {
    return PAGE;
  }
}
