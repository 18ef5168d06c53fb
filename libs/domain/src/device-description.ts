/** What a device, its gateway or its broker says of one metric. */
export interface MetricDescription {
  /** UCUM or the family's own spelling. */
  readonly unit?: string;
  /** As people read it. */
  readonly name?: string;
  /** What is measured, in Home Assistant's words: `temperature`, `energy`, … */
  readonly deviceClass?: string;
}

/** What a device is, as it or its gateway tells. A part that is missing says nothing about what was told before. */
export interface DeviceDescription {
  readonly deviceId: string;
  /** Name of the decoder. */
  readonly family: string;
  /** As people read it; a name that somebody has given in the platform stays. */
  readonly name?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly firmware?: string;
  /** Device ID of the gateway or edge node through which it speaks. */
  readonly gatewayId?: string;
  /**
   * Where the family listens for commands to it, in the family's own terms (`commandMessage` of the decoders): Tasmota's
   * topic, Zigbee2MQTT's base topic and friendly name, Shelly's prefix.
   */
  readonly address?: string;
  readonly metrics?: ReadonlyMap<string, MetricDescription>;
}
