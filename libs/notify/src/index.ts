export * from './alert-message.js';
export * from './channel-type.js';
export * from './channel-types.js';
export * from './delivery-error.js';
export * from './parse-channel.js';
export * from './secrets.js';
export * from './signature.js';
export { TEMPLATE_VARIABLES, type TemplateVariable } from './template-view.js';
