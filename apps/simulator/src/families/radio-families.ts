import { localTime, PERIODS, swinging, type MakeFamilyDevice } from './family-device.js';

const CHIRPSTACK_EUI = '24e124de30010001';
const THE_THINGS_EUI = 'A84041DE30010001';

/** A room sensor behind ChirpStack 4: https://www.chirpstack.io/docs/chirpstack/integrations/events.html */
export const chirpstackSensor: MakeFamilyDevice = (id, dice) => ({
  family: 'chirpstack',
  clientId: id,
  intervalMs: 10_000,
  farewell: [],
  announce: () => [],
  observe: (timeMs) => [
    {
      topic: `application/${id}/device/${CHIRPSTACK_EUI}/event/up`,
      payload: {
        time: new Date(timeMs).toISOString(),
        deviceInfo: {
          applicationName: id,
          deviceProfileName: 'Milesight EM300-TH',
          deviceName: 'Cellar (demo)',
          devEui: CHIRPSTACK_EUI,
        },
        dr: 5,
        fCnt: Math.floor(timeMs / 10_000) % 65_536,
        fPort: 85,
        object: {
          temperature: swinging(dice, 1, timeMs, { low: 11, high: 13, periodMs: PERIODS.day }),
          humidity: swinging(dice, 2, timeMs, { low: 60, high: 75, periodMs: PERIODS.hour }),
          battery: 91,
        },
        rxInfo: [
          {
            gatewayId: '0016c001de300001',
            rssi: swinging(dice, 3, timeMs, { low: -108, high: -92, periodMs: PERIODS.minutes, digits: 0 }),
            snr: 6.5,
          },
        ],
      },
    },
  ],
});

/** A soil sensor on The Things Stack: https://www.thethingsindustries.com/docs/integrations/data-formats/ */
export const theThingsStackSensor: MakeFamilyDevice = (id, dice) => ({
  family: 'the-things-stack',
  clientId: id,
  intervalMs: 10_000,
  farewell: [],
  announce: () => [],
  observe: (timeMs) => [
    {
      topic: `v3/${id}@ttn/devices/soil/up`,
      payload: {
        end_device_ids: {
          device_id: 'soil-demo',
          application_ids: { application_id: id },
          dev_eui: THE_THINGS_EUI,
        },
        received_at: new Date(timeMs).toISOString(),
        uplink_message: {
          f_port: 2,
          f_cnt: 1 + (Math.floor(timeMs / 10_000) % 65_535),
          decoded_payload: {
            soil_moisture: swinging(dice, 1, timeMs, { low: 18, high: 41, periodMs: PERIODS.hour }),
            soil_temperature: swinging(dice, 2, timeMs, { low: 9, high: 16, periodMs: PERIODS.day }),
          },
          rx_metadata: [{ gateway_ids: { gateway_id: 'roof' }, rssi: -104, snr: 4.2 }],
          settings: { data_rate: { lora: { bandwidth: 125_000, spreading_factor: 9 } } },
          version_ids: { brand_id: 'dragino', model_id: 'lse01', firmware_version: '1.1.4' },
        },
      },
    },
  ],
});

const TAG = 'F41F0CDE3001';
const GATEWAY = 'C8:25:2D:DE:30:01';

/** A RuuviTag behind a Ruuvi Gateway, data format 5: https://docs.ruuvi.com/communication/bluetooth-advertisements/data-format-5-rawv2 */
export const ruuviTag: MakeFamilyDevice = (id, dice) => ({
  family: 'ruuvi',
  clientId: id,
  intervalMs: 10_000,
  farewell: [],
  announce: () => [],
  observe: (timeMs) => {
    const data = Buffer.alloc(24);
    data.writeUInt8(5, 0);
    data.writeInt16BE(
      Math.round(
        swinging(dice, 1, timeMs, { low: -21, high: -17, periodMs: PERIODS.hour, digits: 2 }) / 0.005,
      ),
      1,
    );
    data.writeUInt16BE(
      Math.round(swinging(dice, 2, timeMs, { low: 40, high: 65, periodMs: PERIODS.hour }) / 0.0025),
      3,
    );
    data.writeUInt16BE(
      swinging(dice, 3, timeMs, { low: 99_800, high: 102_400, periodMs: PERIODS.day, digits: 0 }) - 50_000,
      5,
    );
    data.writeInt16BE(12, 7);
    data.writeInt16BE(-8, 9);
    data.writeInt16BE(1_012, 11);
    // 2.95 V and +4 dBm.
    data.writeUInt16BE(((2_950 - 1_600) << 5) | 22, 13);
    data.writeUInt8(Math.floor(timeMs / PERIODS.hour) & 0xff, 15);
    data.writeUInt16BE(Math.floor(timeMs / 10_000) % 65_535, 16);
    data.write(TAG, 18, 'hex');
    const seconds = String(Math.floor(timeMs / 1_000));
    return [
      {
        topic: `ruuvi/${GATEWAY}/${(TAG.match(/../g) ?? []).join(':')}`,
        payload: {
          gw_mac: GATEWAY,
          rssi: -71,
          aoa: [],
          gwts: seconds,
          ts: seconds,
          data: `0201061BFF9904${data.toString('hex').toUpperCase()}`,
          coords: '',
        },
      },
    ];
  },
});

/** A parking sensor of the FIWARE IoT agent for JSON: https://fiware-iotagent-json.readthedocs.io/ */
export const fiwareParking: MakeFamilyDevice = (id, dice) => ({
  family: 'fiware',
  clientId: id,
  intervalMs: 10_000,
  farewell: [],
  announce: () => [],
  observe: (timeMs) => [
    {
      topic: `/json/${id}-key/${id}/attrs`,
      payload: {
        TimeInstant: `${localTime(timeMs)}Z`,
        occupied: swinging(dice, 1, timeMs, { low: 3, high: 42, periodMs: PERIODS.hour, digits: 0 }),
        free: swinging(dice, 2, timeMs, { low: 2, high: 30, periodMs: PERIODS.hour, digits: 0 }),
      },
    },
  ],
});
