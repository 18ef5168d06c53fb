import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { componentSchemas } from './http/components.js';

/** The OpenAPI 3.1 document of the API, made from the schemas that requests are validated with. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const head = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Fieldstream')
    .setDescription(
      'Devices, readings, alert rules, alerts, notification channels, dead letters and the state of the pipeline. Every error is a problem document (RFC 9457). Lists have pages: send `next` of one page as `cursor` for the next one.',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'Where API_TOKEN is configured.' })
    .build();
  const document = SwaggerModule.createDocument(app, head, {
    autoTagControllers: false,
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  const schemas = componentSchemas() as NonNullable<OpenAPIObject['components']>['schemas'];
  return { ...document, components: { ...document.components, schemas: { ...schemas } } };
}

/** Serves the document and a page that shows it. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('api/docs', app, openApiDocument(app), {
    jsonDocumentUrl: 'api/openapi.json',
    raw: ['json'],
    customSiteTitle: 'Fieldstream API',
  });
}
