import { objectOf } from './json-shape.js';

/** A discovery payload's object with full key names. */
export type FullKeys = Readonly<Record<string, unknown>>;

/**
 * Abbreviations of the keys that are read here.
 *
 * @see https://www.home-assistant.io/integrations/mqtt/#supported-abbreviations-in-mqtt-discovery-messages
 */
const ABBREVIATIONS: ReadonlyMap<string, string> = new Map([
  ['act_t', 'action_topic'],
  ['act_tpl', 'action_template'],
  ['aux_stat_t', 'aux_state_topic'],
  ['aux_stat_tpl', 'aux_state_template'],
  ['avty', 'availability'],
  ['avty_t', 'availability_topic'],
  ['avty_tpl', 'availability_template'],
  ['away_mode_stat_t', 'away_mode_state_topic'],
  ['away_mode_stat_tpl', 'away_mode_state_template'],
  ['bat_lev_t', 'battery_level_topic'],
  ['bat_lev_tpl', 'battery_level_template'],
  ['bri_stat_t', 'brightness_state_topic'],
  ['bri_val_tpl', 'brightness_value_template'],
  ['clrm_stat_t', 'color_mode_state_topic'],
  ['clrm_val_tpl', 'color_mode_value_template'],
  ['clr_temp_stat_t', 'color_temp_state_topic'],
  ['clr_temp_val_tpl', 'color_temp_value_template'],
  ['cmps', 'components'],
  ['curr_hum_t', 'current_humidity_topic'],
  ['curr_hum_tpl', 'current_humidity_template'],
  ['curr_temp_t', 'current_temperature_topic'],
  ['curr_temp_tpl', 'current_temperature_template'],
  ['def_ent_id', 'default_entity_id'],
  ['dev', 'device'],
  ['dev_cla', 'device_class'],
  ['dir_stat_t', 'direction_state_topic'],
  ['dir_val_tpl', 'direction_value_template'],
  ['fan_mode_stat_t', 'fan_mode_state_topic'],
  ['fan_mode_stat_tpl', 'fan_mode_state_template'],
  ['fx_stat_t', 'effect_state_topic'],
  ['fx_val_tpl', 'effect_value_template'],
  ['hold_stat_t', 'hold_state_topic'],
  ['hold_stat_tpl', 'hold_state_template'],
  ['hs_stat_t', 'hs_state_topic'],
  ['hs_val_tpl', 'hs_value_template'],
  ['hum_stat_t', 'target_humidity_state_topic'],
  ['hum_state_tpl', 'target_humidity_state_template'],
  ['l_ver_t', 'latest_version_topic'],
  ['l_ver_tpl', 'latest_version_template'],
  ['mode_stat_t', 'mode_state_topic'],
  ['mode_stat_tpl', 'mode_state_template'],
  ['o', 'origin'],
  ['obj_id', 'object_id'],
  ['osc_stat_t', 'oscillation_state_topic'],
  ['osc_val_tpl', 'oscillation_value_template'],
  ['p', 'platform'],
  ['pct_stat_t', 'percentage_state_topic'],
  ['pct_val_tpl', 'percentage_value_template'],
  ['pl_avail', 'payload_available'],
  ['pl_not_avail', 'payload_not_available'],
  ['pl_off', 'payload_off'],
  ['pl_on', 'payload_on'],
  ['pos_t', 'position_topic'],
  ['pos_tpl', 'position_template'],
  ['pow_stat_t', 'power_state_topic'],
  ['pow_stat_tpl', 'power_state_template'],
  ['pr_mode_stat_t', 'preset_mode_state_topic'],
  ['pr_mode_val_tpl', 'preset_mode_value_template'],
  ['rgb_stat_t', 'rgb_state_topic'],
  ['rgb_val_tpl', 'rgb_value_template'],
  ['rgbw_stat_t', 'rgbw_state_topic'],
  ['rgbw_val_tpl', 'rgbw_value_template'],
  ['rgbww_stat_t', 'rgbww_state_topic'],
  ['rgbww_val_tpl', 'rgbww_value_template'],
  ['spd_stat_t', 'speed_state_topic'],
  ['spd_val_tpl', 'speed_value_template'],
  ['stat_off', 'state_off'],
  ['stat_on', 'state_on'],
  ['stat_t', 'state_topic'],
  ['stat_tpl', 'state_template'],
  ['stat_val_tpl', 'state_value_template'],
  ['swing_mode_stat_t', 'swing_mode_state_topic'],
  ['swing_mode_stat_tpl', 'swing_mode_state_template'],
  ['t', 'topic'],
  ['temp_hi_stat_t', 'temperature_high_state_topic'],
  ['temp_hi_stat_tpl', 'temperature_high_state_template'],
  ['temp_lo_stat_t', 'temperature_low_state_topic'],
  ['temp_lo_stat_tpl', 'temperature_low_state_template'],
  ['temp_stat_t', 'temperature_state_topic'],
  ['temp_stat_tpl', 'temperature_state_template'],
  ['temp_unit', 'temperature_unit'],
  ['tilt_status_t', 'tilt_status_topic'],
  ['tilt_status_tpl', 'tilt_status_template'],
  ['uniq_id', 'unique_id'],
  ['unit_of_meas', 'unit_of_measurement'],
  ['val_tpl', 'value_template'],
  ['whit_val_stat_t', 'white_value_state_topic'],
  ['whit_val_tpl', 'white_value_template'],
  ['xy_stat_t', 'xy_state_topic'],
  ['xy_val_tpl', 'xy_value_template'],
]);

const DEVICE_ABBREVIATIONS: ReadonlyMap<string, string> = new Map([
  ['cns', 'connections'],
  ['ids', 'identifiers'],
  ['mdl', 'model'],
  ['mf', 'manufacturer'],
  ['sw', 'sw_version'],
]);

/** An object of a discovery payload with its keys in full, and the base topic put in where `~` stands. */
export function fullKeys(value: unknown, base = objectOf(value)?.['~']): FullKeys {
  const full: [string, unknown][] = [];
  for (const [key, member] of Object.entries(objectOf(value) ?? {})) {
    const name = ABBREVIATIONS.get(key) ?? key;
    full.push([name, name.endsWith('topic') ? withBase(member, base) : member]);
  }
  return Object.fromEntries(full);
}

/** The `device` object with its keys in full. */
export function fullDeviceKeys(value: unknown): FullKeys {
  const entries = Object.entries(objectOf(value) ?? {});
  return Object.fromEntries(entries.map(([key, member]) => [DEVICE_ABBREVIATIONS.get(key) ?? key, member]));
}

function withBase(topic: unknown, base: unknown): unknown {
  if (typeof topic !== 'string' || typeof base !== 'string') return topic;
  if (topic.startsWith('~')) return base + topic.slice(1);
  return topic.endsWith('~') ? topic.slice(0, -1) + base : topic;
}
