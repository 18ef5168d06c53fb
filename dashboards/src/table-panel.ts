import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { DATASOURCE, postgresQuery } from './postgres-query.js';

/** A table of the rows of one query; a cell without a value shows a dash. */
export function tablePanel(id: number, title: string, description: string, sql: string): PanelBuilder {
  return (
    new PanelBuilder()
      .id(id)
      .title(title)
      .description(description)
      .datasource(DATASOURCE)
      .withTarget(postgresQuery('A', 'table', sql))
      .span(12)
      .height(10)
      .unit('none')
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text'))
      .filterable(true)
      // A cell without a value: the text for no data is about the whole panel.
      .overrideByRegexp('/./', [{ id: 'noValue', value: '–' }])
  );
}

/** Shows the words of a column in colours. */
export function coloured(colours: Readonly<Record<string, string>>): DynamicConfigValue[] {
  const options = Object.fromEntries(
    Object.entries(colours).map(([word, color], index) => [word, { text: word, color, index }]),
  );
  return [
    { id: 'mappings', value: [{ type: MappingType.ValueToText, options }] },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
  ];
}
