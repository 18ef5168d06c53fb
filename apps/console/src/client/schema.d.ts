// Generated from the API: `npm run console:api-types`. Changes belong in apps/api.
export interface paths {
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: operations["Health.live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether database and Kafka can be reached
         * @description 503, with the same body, while they cannot.
         */
        get: operations["Health.ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where devices connect, and who may */
        get: operations["Server.read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List devices */
        get: operations["Devices.list"];
        put?: never;
        /**
         * Register a device
         * @description Its credentials are shown in this answer only. The bridges know them within a second.
         */
        post: operations["Registration.register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a device */
        get: operations["Devices.get"];
        put?: never;
        post?: never;
        /**
         * Take the registration of a device away, or everything of it
         * @description 202: deleting a long history goes on in the background, also over a restart; until it has ended the device cannot be registered again. A device that goes on publishing where that needs no credentials appears anew.
         */
        delete: operations["Registration.remove"];
        options?: never;
        head?: never;
        /**
         * Change name, labels or gateway
         * @description Rules that select by labels follow within seconds, and what its gateway may do within one.
         */
        patch: operations["Devices.change"];
        trace?: never;
    };
    "/api/devices/{id}/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Newest value of every metric
         * @description Newest by observation time, not by arrival.
         */
        get: operations["Devices.readLatest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register the devices of a CSV file
         * @description Each line is done wholly or not at all, whatever becomes of the others; the answer tells of each, with the new token. Stops when the connection is closed. One import runs at a time.
         */
        post: operations["Import.import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{id}/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a new token for a registered device
         * @description The old one stops working, and connections that were made with it are closed.
         */
        post: operations["Registration.rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refuse the credentials of a registered device
         * @description Its connections are closed at once.
         */
        post: operations["Registration.disable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take the credentials of a registered device again */
        post: operations["Registration.enable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{id}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the commands of a device, newest first */
        get: operations["Commands.list"];
        put?: never;
        /**
         * Give a command to a device
         * @description The device gets it over MQTT as soon as it is connected, on `devices/<id>/commands` or on the topic of its family, at least once and always with the same ID. It may answer on `devices/<id>/commands/response`.
         */
        post: operations["Commands.give"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{id}/commands/{commandId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a command with its answer */
        get: operations["Commands.get"];
        put?: never;
        post?: never;
        /**
         * Cancel a command that waits for its device
         * @description A device that is getting it at this very moment may have it all the same; its status says so then.
         */
        delete: operations["Commands.cancel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/latest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Newest value of every metric of every device
         * @description Newest by observation time, not by arrival; in the order of device IDs and metrics.
         */
        get: operations["Latest.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/labels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Labels that devices have, with their values */
        get: operations["Labels.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sparklines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Main values of many devices, with their last hour
         * @description A device is shown by the metrics that tell most of it: those with a reading in the last hour before the others, measurements such as `temperature` and `power` before other names, and what a device says of itself (`battery`, `rssi`) last.
         */
        get: operations["Sparklines.glances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{id}/sparklines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The last hour of every metric of a device
         * @description In minutes, by the names of the metrics; of the first 200 metrics, those that had numbers.
         */
        get: operations["Sparklines.ofDevice"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/{id}/readings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readings of one metric, oldest first
         * @description Raw readings, or what is kept of them by minute, hour or day. Without a range: the last hour.
         */
        get: operations["Readings.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rules/back-test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a draft rule over stored history
         * @description Through the evaluation that live readings go through: when it would have fired, for how long, and how often it would have flapped. Where more series are in the scope than `limit`, the newest ones are taken. Of texts, changes and their newest repetitions are stored, and not the repetitions in between: silence of a metric that has texts alone is not known.
         */
        post: operations["BackTest.run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rule-kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Kinds of rules, with examples */
        get: operations["RuleKinds.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List rules, by ID */
        get: operations["Rules.list"];
        put?: never;
        /** Make a rule */
        post: operations["Rules.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a rule */
        get: operations["Rules.get"];
        /** Replace a rule */
        put: operations["Rules.replace"];
        post?: never;
        /**
         * Delete a rule
         * @description Its open alerts are resolved.
         */
        delete: operations["Rules.remove"];
        options?: never;
        head?: never;
        /**
         * Enable or disable a rule
         * @description The open alerts of one that is disabled are resolved.
         */
        patch: operations["Rules.change"];
        trace?: never;
    };
    "/api/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List alerts, newest first */
        get: operations["Alerts.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many alerts fire, by severity */
        get: operations["Alerts.summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read an alert with its events, and who was told of them */
        get: operations["Alerts.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Note that somebody has seen an alert
         * @description The first acknowledgement stays; a repetition changes nothing. The alert stays open until it clears.
         */
        post: operations["Alerts.acknowledge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alerts/{id}/snooze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell nobody of an alert for a while
         * @description Until then its channels are not told of it. If it still fires then, they are told again. The longest time is 30 days.
         */
        post: operations["Alerts.snooze"];
        /**
         * End the snooze of an alert
         * @description One that is not snoozed stays as it is.
         */
        delete: operations["Alerts.unsnooze"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens to alerts, as server-sent events
         * @description Begins with an event `ready`, whose ID is a place to come back to. `alert` is a change of an alert; its data is a StreamedAlert, its ID the sequence. With the header `Last-Event-ID`, which a browser sends by itself, changes that were missed come first; where they are more than 1,000 or not kept any more, an event `reset` comes in their place: read the lists anew. A change may come twice, which its ID tells. A comment comes every 15 seconds. The token, where one is configured, goes in the header as everywhere.
         */
        get: operations["Stream.stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List notification channels, by ID */
        get: operations["Channels.list"];
        put?: never;
        /** Make a channel */
        post: operations["Channels.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test alert to a channel that is not stored
         * @description Answers within 10 seconds. A receiver that fails is no error: `delivered` is false. Secrets of a stored channel are not used.
         */
        post: operations["Channels.testDraft"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a channel */
        get: operations["Channels.get"];
        /** Replace a channel */
        put: operations["Channels.replace"];
        post?: never;
        /** Delete a channel that no rule names */
        delete: operations["Channels.remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test alert to a channel
         * @description At once, also where the channel is disabled. Answers within 10 seconds. A receiver that fails is no error: `delivered` is false.
         */
        post: operations["Channels.test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channel-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Types of notification channels, with their settings */
        get: operations["ChannelTypes.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List dead letters, newest first */
        get: operations["DeadLetters.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dead-letters/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count dead letters by reason, the most frequent first */
        get: operations["DeadLetters.summary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dead-letters/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a dead letter with its whole payload */
        get: operations["DeadLetters.get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dead-letters/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decode a dead letter again and put its readings into the pipeline
         * @description Answers once Kafka has acknowledged the readings. Replaying again changes nothing: a reading is stored once.
         */
        post: operations["DeadLetters.replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/pipeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What every stage took in, what became of it, and how far the consumers are behind
         * @description Counters and stored offsets are of one moment; end offsets are read from Kafka right after.
         */
        get: operations["Pipeline.read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dashboards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the dashboards
         * @description Those that come with the program, and those of the folder DASHBOARDS_PATH, as they are at the moment.
         */
        get: operations["Dashboards.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dashboards/{uid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a dashboard */
        get: operations["Dashboards.read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ds/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run queries of dashboards
         * @description A query is named by its place in a dashboard: the server has its SQL, puts the values of variables in, expands the macros of Grafana's PostgreSQL data source, and runs it as the role grafana_reader, which can read what dashboards show and nothing else. Each query has its own result, with an error in words where it failed. SQL in the request is taken only where API_TOKEN is configured.
         */
        post: operations["Query.run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A problem document as RFC 9457 defines it. */
        Problem: {
            /** @description Kind of problem, `urn:fieldstream:problem:<kind>`. */
            type: string;
            /** @description The kind in words. */
            title: string;
            /** @description The HTTP status. */
            status: number;
            /** @description What is wrong with this request. */
            detail: string;
            /** @description Path of the request. */
            instance: string;
            /** @description The fields that are at fault. */
            errors?: {
                /** @enum {string} */
                in: "query" | "path" | "header" | "body";
                /** @description Path of the field; empty for the whole. */
                field: string;
                fault: string;
            }[];
        };
        Alert: {
            alertId: string;
            ruleId: string;
            ruleName: string;
            /** @description What the rule says it means and what to do; may be empty. */
            description: string;
            /** @description Of a resolved alert, the last one that it had. */
            severity: string;
            deviceId: string;
            /** @description Empty for an alert about the device as a whole. */
            metric: string;
            /** @description Labels of the device when the alert fired. */
            labels: {
                [key: string]: string;
            };
            /** @enum {string} */
            state: "firing" | "resolved";
            /**
             * Format: date-time
             * @description Since when the condition held.
             */
            startedAt: string;
            /** Format: date-time */
            firedAt: string;
            resolvedAt: string | null;
            /** @description What resolved it, e.g. the value, or a change of the rule. */
            resolvedBy: string | null;
            /** @description The value that made it fire. */
            value: number | null;
            /** @description The text that made it fire, where the rule compares texts. */
            text: string | null;
            summary: string;
            acknowledgedAt: string | null;
            acknowledgedBy: string | null;
            /** @description Until when nobody is to be told of it. */
            snoozedUntil: string | null;
            snoozedBy: string | null;
        };
        AlertPage: {
            items: components["schemas"]["Alert"][];
            /** @description Send it as `cursor` for the next page; null on the last one. */
            next: string | null;
        };
        AlertEvent: {
            sequence: number;
            /** @enum {string} */
            transition: "firing" | "severity" | "acknowledged" | "snoozed" | "unsnoozed" | "resolved";
            /**
             * Format: date-time
             * @description Event time.
             */
            time: string;
            value: number | null;
            /** @description Since this event. */
            severity: string | null;
            /** @description Who did it, where somebody did. */
            actor: string | null;
            detail: string | null;
            /** Format: date-time */
            recordedAt: string;
        };
        AlertNotification: {
            /** @description Of the event that it tells. */
            sequence: number;
            /**
             * @description `stream`: MQTT subscribers and `/api/stream`. `channel`: the channel that is named.
             * @enum {string}
             */
            receiver: "stream" | "channel";
            channelId: string | null;
            /** Format: date-time */
            createdAt: string;
            attempts: number;
            deliveredAt: string | null;
            /** @description When it was given up. */
            failedAt: string | null;
            lastError: string | null;
        };
        AlertDetails: {
            alertId: string;
            ruleId: string;
            ruleName: string;
            /** @description What the rule says it means and what to do; may be empty. */
            description: string;
            /** @description Of a resolved alert, the last one that it had. */
            severity: string;
            deviceId: string;
            /** @description Empty for an alert about the device as a whole. */
            metric: string;
            /** @description Labels of the device when the alert fired. */
            labels: {
                [key: string]: string;
            };
            /** @enum {string} */
            state: "firing" | "resolved";
            /**
             * Format: date-time
             * @description Since when the condition held.
             */
            startedAt: string;
            /** Format: date-time */
            firedAt: string;
            resolvedAt: string | null;
            /** @description What resolved it, e.g. the value, or a change of the rule. */
            resolvedBy: string | null;
            /** @description The value that made it fire. */
            value: number | null;
            /** @description The text that made it fire, where the rule compares texts. */
            text: string | null;
            summary: string;
            acknowledgedAt: string | null;
            acknowledgedBy: string | null;
            /** @description Until when nobody is to be told of it. */
            snoozedUntil: string | null;
            snoozedBy: string | null;
            /** @description What happened to it, in order; the newest 500. */
            events: components["schemas"]["AlertEvent"][];
            /** @description Who was told, in the order of the events; the newest 500. */
            notifications: components["schemas"]["AlertNotification"][];
        };
        AlertSummary: {
            firing: number;
            /** @description Of those that fire. */
            acknowledged: number;
            /** @description Of those that fire. */
            snoozed: number;
            bySeverity: {
                info: {
                    firing: number;
                    /** @description Of those that fire. */
                    acknowledged: number;
                    /** @description Of those that fire. */
                    snoozed: number;
                };
                warning: {
                    firing: number;
                    /** @description Of those that fire. */
                    acknowledged: number;
                    /** @description Of those that fire. */
                    snoozed: number;
                };
                critical: {
                    firing: number;
                    /** @description Of those that fire. */
                    acknowledged: number;
                    /** @description Of those that fire. */
                    snoozed: number;
                };
            };
            /** @description Alerts that fired in the last 24 hours, and how many of these are resolved. */
            lastDay: {
                fired: number;
                resolved: number;
            };
        };
        Acknowledgement: {
            /**
             * @description Who has seen it.
             * @default api
             */
            by: string;
        };
        Snooze: {
            /** @description Until when; in the future. ISO 8601 (UTC unless it has an offset), or epoch seconds or milliseconds. */
            until?: string;
            /** @description For how long, milliseconds. */
            forMs?: number;
            /**
             * @description Who does it.
             * @default api
             */
            by: string;
        };
        NewRule: {
            /** @description Lower-case letters, digits and hyphens; never changes. */
            id: string;
            /** @description Name for people. */
            name: string;
            /**
             * @description What it means and what to do, for who gets the alert.
             * @default
             */
            description: string;
            /** @default true */
            enabled: boolean;
            /**
             * @description Of the first level; `params` may have further ones.
             * @default warning
             * @enum {string}
             */
            severity: "info" | "warning" | "critical";
            /** @description The series, or devices, that the rule watches, each for itself: those that fit all three. */
            scope?: {
                /**
                 * @description Device IDs, in which `*` stands for any characters.
                 * @default [
                 *       "*"
                 *     ]
                 */
                devices: string[];
                /** @description Label → values of which the device has one, in which `*` stands for any characters. A device without the label does not fit. */
                labels?: {
                    [key: string]: string | string[];
                };
                /**
                 * @description Names of metrics, in which `*` stands for any characters.
                 * @default [
                 *       "*"
                 *     ]
                 */
                metrics: string[];
            };
            /** @enum {string} */
            kind: "threshold" | "aggregate" | "rate" | "repeating" | "absence" | "offline" | "state";
            /** @description Parameters of the kind; `/api/rule-kinds` has an example of each. */
            params: {
                [key: string]: unknown;
            };
            /**
             * @description For how long a breach must last before the alert fires, in event time.
             * @default 0
             */
            forMs: number;
            /**
             * @description For how long the value must stay clear before the alert is resolved.
             * @default 0
             */
            clearForMs: number;
            /**
             * @description Who is told. MQTT subscribers and `/api/stream` are in any case.
             * @default {
             *       "channels": []
             *     }
             */
            notify: {
                /**
                 * @description IDs of notification channels.
                 * @default []
                 */
                channels: string[];
            };
        };
        RuleReplacement: {
            /** @description Lower-case letters, digits and hyphens; never changes. */
            id?: string;
            /** @description Name for people. */
            name: string;
            /**
             * @description What it means and what to do, for who gets the alert.
             * @default
             */
            description: string;
            /** @default true */
            enabled: boolean;
            /**
             * @description Of the first level; `params` may have further ones.
             * @default warning
             * @enum {string}
             */
            severity: "info" | "warning" | "critical";
            /** @description The series, or devices, that the rule watches, each for itself: those that fit all three. */
            scope?: {
                /**
                 * @description Device IDs, in which `*` stands for any characters.
                 * @default [
                 *       "*"
                 *     ]
                 */
                devices: string[];
                /** @description Label → values of which the device has one, in which `*` stands for any characters. A device without the label does not fit. */
                labels?: {
                    [key: string]: string | string[];
                };
                /**
                 * @description Names of metrics, in which `*` stands for any characters.
                 * @default [
                 *       "*"
                 *     ]
                 */
                metrics: string[];
            };
            /** @enum {string} */
            kind: "threshold" | "aggregate" | "rate" | "repeating" | "absence" | "offline" | "state";
            /** @description Parameters of the kind; `/api/rule-kinds` has an example of each. */
            params: {
                [key: string]: unknown;
            };
            /**
             * @description For how long a breach must last before the alert fires, in event time.
             * @default 0
             */
            forMs: number;
            /**
             * @description For how long the value must stay clear before the alert is resolved.
             * @default 0
             */
            clearForMs: number;
            /**
             * @description Who is told. MQTT subscribers and `/api/stream` are in any case.
             * @default {
             *       "channels": []
             *     }
             */
            notify: {
                /**
                 * @description IDs of notification channels.
                 * @default []
                 */
                channels: string[];
            };
        };
        RulePatch: {
            enabled: boolean;
        };
        Rule: {
            /** @description Lower-case letters, digits and hyphens; never changes. */
            id: string;
            /** @description Name for people. */
            name: string;
            /**
             * @description What it means and what to do, for who gets the alert.
             * @default
             */
            description: string;
            /** @default true */
            enabled: boolean;
            /**
             * @description Of the first level; `params` may have further ones.
             * @default warning
             * @enum {string}
             */
            severity: "info" | "warning" | "critical";
            /** @description The series, or devices, that the rule watches, each for itself: those that fit all three. */
            scope?: {
                /**
                 * @description Device IDs, in which `*` stands for any characters.
                 * @default [
                 *       "*"
                 *     ]
                 */
                devices: string[];
                /** @description Label → values of which the device has one, in which `*` stands for any characters. A device without the label does not fit. */
                labels?: {
                    [key: string]: string | string[];
                };
                /**
                 * @description Names of metrics, in which `*` stands for any characters.
                 * @default [
                 *       "*"
                 *     ]
                 */
                metrics: string[];
            };
            /** @enum {string} */
            kind: "threshold" | "aggregate" | "rate" | "repeating" | "absence" | "offline" | "state";
            /** @description Parameters of the kind; `/api/rule-kinds` has an example of each. */
            params: {
                [key: string]: unknown;
            };
            /**
             * @description For how long a breach must last before the alert fires, in event time.
             * @default 0
             */
            forMs: number;
            /**
             * @description For how long the value must stay clear before the alert is resolved.
             * @default 0
             */
            clearForMs: number;
            /**
             * @description Who is told. MQTT subscribers and `/api/stream` are in any case.
             * @default {
             *       "channels": []
             *     }
             */
            notify: {
                /**
                 * @description IDs of notification channels.
                 * @default []
                 */
                channels: string[];
            };
            /** @description The file that defines the rule, which is then changed there alone; null for one made here. */
            provenance: string | null;
            /** @description Grows with every change of any rule. */
            revision: number;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        RuleList: {
            items: components["schemas"]["Rule"][];
            /** @description Send it as `cursor` for the next page; null on the last one. */
            next: string | null;
            /** @description Stored rules that this version cannot evaluate; the same on every page. */
            faulty: {
                id: string;
                problems: {
                    field: string;
                    fault: string;
                }[];
            }[];
        };
        RuleKindList: {
            items: {
                kind: string;
                summary: string;
                /**
                 * @description Whether it watches metrics or connections.
                 * @enum {string}
                 */
                source: "readings" | "presence";
                /** @description Parameters that are valid. */
                examples: {
                    title: string;
                    /** @enum {string} */
                    subject: "series" | "device";
                    params: {
                        [key: string]: unknown;
                    };
                }[];
            }[];
        };
        NewChannel: {
            /** @description Lower-case letters, digits and hyphens; never changes. */
            id: string;
            /** @description Name for people. */
            name: string;
            /** @enum {string} */
            type: "webhook" | "slack" | "discord" | "teams" | "pagerduty" | "opsgenie" | "ntfy" | "telegram" | "email" | "alertmanager";
            /** @default true */
            enabled: boolean;
            /**
             * @description Alerts that are less severe are not sent here.
             * @default info
             * @enum {string}
             */
            minSeverity: "info" | "warning" | "critical";
            /**
             * @description Whether it is told when an alert is resolved.
             * @default true
             */
            sendResolved: boolean;
            /** @description A message about a rule waits until its alerts pause for so long, but at most five times as long. Default: that of the type. */
            groupWaitMs?: number;
            /** @description More messages than this are put together. Default: that of the type. */
            messagesPerMinute?: number;
            /** @description Settings of the type; `/api/channel-types` has an example of each. */
            config: {
                [key: string]: unknown;
            };
        };
        ChannelReplacement: {
            /** @description Lower-case letters, digits and hyphens; never changes. */
            id?: string;
            /** @description Name for people. */
            name: string;
            /** @enum {string} */
            type: "webhook" | "slack" | "discord" | "teams" | "pagerduty" | "opsgenie" | "ntfy" | "telegram" | "email" | "alertmanager";
            /** @default true */
            enabled: boolean;
            /**
             * @description Alerts that are less severe are not sent here.
             * @default info
             * @enum {string}
             */
            minSeverity: "info" | "warning" | "critical";
            /**
             * @description Whether it is told when an alert is resolved.
             * @default true
             */
            sendResolved: boolean;
            /** @description A message about a rule waits until its alerts pause for so long, but at most five times as long. Default: that of the type. */
            groupWaitMs?: number;
            /** @description More messages than this are put together. Default: that of the type. */
            messagesPerMinute?: number;
            /** @description Settings of the type. A secret that is left out, or given back as `{"isSet": true}`, keeps its value, as long as the type stays; null takes it away. */
            config: {
                [key: string]: unknown;
            };
        };
        Channel: {
            /** @description Lower-case letters, digits and hyphens; never changes. */
            id: string;
            /** @description Name for people. */
            name: string;
            type: string;
            /** @default true */
            enabled: boolean;
            /**
             * @description Alerts that are less severe are not sent here.
             * @default info
             * @enum {string}
             */
            minSeverity: "info" | "warning" | "critical";
            /**
             * @description Whether it is told when an alert is resolved.
             * @default true
             */
            sendResolved: boolean;
            groupWaitMs: number;
            messagesPerMinute: number;
            /** @description Settings of the type. Secrets are never shown: `{"isSet": true}` stands for one. */
            config: {
                [key: string]: unknown;
            };
            /** @description The file that defines the channel, which is then changed there alone; null for one made here. */
            provenance: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
        };
        ChannelList: {
            items: components["schemas"]["Channel"][];
            /** @description All channels fit on one page. */
            next: null;
        };
        ChannelTypeList: {
            items: {
                type: string;
                summary: string;
                /** @description Of `config`. */
                fields: {
                    name: string;
                    description: string;
                    isRequired: boolean;
                    /** @description Never shown. */
                    isSecret: boolean;
                }[];
                /** @description A valid `config`. */
                example: {
                    [key: string]: unknown;
                };
                defaults: {
                    groupWaitMs: number;
                    messagesPerMinute: number;
                };
            }[];
        };
        ChannelTest: {
            delivered: boolean;
            durationMs: number;
            /** @description Why it was not delivered. */
            error: string | null;
        };
        Device: {
            deviceId: string;
            /** @description Name for people: the one that was given, else the one that the device tells. */
            name: string | null;
            labels: {
                [key: string]: string;
            };
            /** Format: date-time */
            firstSeen: string;
            /** @description Time of the newest reading or presence message. */
            lastSeen: string | null;
            /** @description Judged from its connection, what it says and how often it reports: `sleeping` is away and not overdue. Null if nothing is known. */
            presence: ("online" | "offline" | "sleeping") | null;
            /** @description Since when. */
            presenceAt: string | null;
            /** @description Device family; null if nothing was told of the device. */
            family: string | null;
            manufacturer: string | null;
            model: string | null;
            firmware: string | null;
            /** @description The gateway through which it speaks, as was told. */
            via: string | null;
            /** @description It has credentials of its own. */
            registered: boolean;
            /** @description It is registered, and not let in. */
            disabled: boolean;
            /** @description The registered device that may report for this one. */
            gatewayId: string | null;
            /** @description Alerts that fire now. */
            openAlerts: number;
            /** @description The worst severity among them; null if none fires. */
            worstSeverity: string | null;
        };
        DevicePage: {
            items: components["schemas"]["Device"][];
            /** @description Send it as `cursor` for the next page; null on the last one. */
            next: string | null;
            /** @description Devices that fit, on all pages. */
            total: number;
        };
        DevicePatch: {
            /** @description Name for people; null takes it away, and the one that the device tells holds. */
            name?: string | null;
            /** @description Labels to be set; null takes one away, and those that are not named stay. A device has at most 50. */
            labels?: {
                [key: string]: string | null;
            };
            /** @description The registered device that may report for this one; null: nobody but itself. */
            gatewayId?: string | null;
        };
        DeviceLatestValue: {
            deviceId: string;
            /** @description Name for people; the ID where it has none. */
            deviceName: string;
            metric: string;
            /** @description Null for a text without a number. */
            value: number | null;
            /** @description The state in the words of the device. */
            text: string | null;
            unit: string | null;
            /**
             * Format: date-time
             * @description When the device observed it.
             */
            time: string;
        };
        DeviceLatestPage: {
            items: components["schemas"]["DeviceLatestValue"][];
            /** @description Send it as `cursor` for the next page; null on the last one. */
            next: string | null;
        };
        LatestValues: {
            deviceId: string;
            values: {
                metric: string;
                /** @description Null for a text without a number. */
                value: number | null;
                /** @description The state in the words of the device. */
                text: string | null;
                unit: string | null;
                /**
                 * Format: date-time
                 * @description When the device observed it.
                 */
                time: string;
                /** @description Name of the metric for people, as was told. */
                name: string | null;
                /** @description What is measured, as was told: `temperature`, `energy`, … */
                deviceClass: string | null;
            }[];
            /** @description Send it as `cursor` for more metrics; null if there are none. */
            next: string | null;
        };
        LabelsInUse: {
            /** @description Those of most devices first; at most 1,000. */
            items: {
                label: string;
                value: string;
                /** @description So many devices have it. */
                devices: number;
            }[];
        };
        Sparkline: {
            metric: string;
            /** @description Start of the minute in epoch milliseconds, and the mean of its readings; minutes without readings are left out. */
            points: [
                number,
                number
            ][];
        };
        DeviceGlances: {
            items: {
                deviceId: string;
                /** @description Newest values of up to three metrics that tell most of the device, the main one first. */
                values: {
                    metric: string;
                    /** @description Null for a text without a number. */
                    value: number | null;
                    /** @description The state in the words of the device. */
                    text: string | null;
                    unit: string | null;
                    /**
                     * Format: date-time
                     * @description When the device observed it.
                     */
                    time: string;
                }[];
                /** @description The last hour of the first of them that has numbers, in minutes. */
                sparkline: components["schemas"]["Sparkline"] | null;
            }[];
        };
        DeviceSparklines: {
            deviceId: string;
            items: components["schemas"]["Sparkline"][];
        };
        NewCommand: {
            /** @description What is to be done, e.g. `restart`. Families of devices with command topics of their own have it in the topic: Tasmota `POWER`, Shelly `relay/0` or `Switch.Set`, ESPHome `switch/relay`, Homie `light/power`. */
            name?: string;
            /** @description JSON of any kind; a text is sent as it is where the family takes texts. */
            payload?: unknown;
            /**
             * @description If the device does not come by within this time, it does not get the command.
             * @default 86400
             */
            expiresInSeconds: number;
        };
        Command: {
            /** @description The device gets it along with the command. */
            commandId: string;
            deviceId: string;
            name: string | null;
            /** @description As it was given; null if there was none. */
            payload: unknown;
            /** @description MQTT topic that it is published to. */
            topic: string;
            /**
             * @description `queued`: it waits for the device. `delivered`: the device has acknowledged it. `answered`: and has said what came of it.
             * @enum {string}
             */
            status: "queued" | "delivered" | "answered" | "expired" | "cancelled";
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt: string;
            deliveredAt: string | null;
            answeredAt: string | null;
            cancelledAt: string | null;
            /** @description What the device says of it; null where it does not say. */
            outcome: ("ok" | "error") | null;
            /** @description The device's answer, as text. */
            answer: string | null;
        };
        CommandPage: {
            items: components["schemas"]["Command"][];
            /** @description Send it as `cursor` for the next page; null on the last one. */
            next: string | null;
        };
        DashboardSummary: {
            uid: string;
            title: string;
            description: string;
            tags: string[];
            /** @description How many, rows left out. */
            panels: number;
            /**
             * @description `built-in`: it comes with the program. `file`: it lies in the folder DASHBOARDS_PATH.
             * @enum {string}
             */
            origin: "built-in" | "file";
        };
        DashboardList: {
            /** @description By title. */
            items: components["schemas"]["DashboardSummary"][];
            /** @description Files that give no dashboard. */
            faults: {
                file: string;
                /** @description The end of a sentence that `file` begins. */
                fault: string;
            }[];
        };
        Dashboard: {
            uid: string;
            /**
             * @description `built-in`: it comes with the program. `file`: it lies in the folder DASHBOARDS_PATH.
             * @enum {string}
             */
            origin: "built-in" | "file";
            /** @description Grafana's JSON model of the dashboard. */
            dashboard: {
                [key: string]: unknown;
            };
        };
        DeadLetter: {
            id: number;
            /** @description Reason code. */
            reason: string;
            /** @description What is wrong, in words. */
            detail: string;
            deviceId: string | null;
            clientId: string | null;
            mqttTopic: string | null;
            decoder: string | null;
            /** @description Where the refused bytes stand in Kafka. */
            origin: {
                topic: string;
                partition: number;
                offset: number;
            };
            payload: {
                /** @description Length of the original. */
                bytes: number;
                base64: string;
                /** @description The payload as text, if it is printable UTF-8. */
                text: string | null;
                /** @description Lists show the first 4,096 bytes. */
                truncated: boolean;
            };
            /** Format: date-time */
            receivedAt: string;
            /** Format: date-time */
            recordedAt: string;
            replayedAt: string | null;
        };
        DeadLetterPage: {
            items: components["schemas"]["DeadLetter"][];
            /** @description Send it as `cursor` for the next page; null on the last one. */
            next: string | null;
        };
        DeadLetterSummary: {
            reasons: {
                /** @description Reason code. */
                reason: string;
                count: number;
                /** @description Of these, those that nobody has replayed. */
                waiting: number;
            }[];
        };
        Replay: {
            id: number;
            /** @description Kafka records that were produced and acknowledged. */
            records: number;
            /**
             * Format: date-time
             * @description Of the first replay.
             */
            replayedAt: string;
        };
        DeviceCredentials: {
            /** @description MQTT user name: the device ID. */
            username: string;
            /** @description MQTT password. It is stored nowhere, and shown here only. */
            password: string;
        };
        NewDevice: {
            /** @description Also of a device that appeared by itself, which is then registered. */
            deviceId: string;
            /** @description Name for people. */
            name?: string;
            /** @description Added to those that the device has. */
            labels?: {
                [key: string]: string;
            };
            /** @description A registered device that may report for this one, such as a gateway. */
            gatewayId?: string;
        };
        RegisteredDevice: {
            device: components["schemas"]["Device"];
            credentials: components["schemas"]["DeviceCredentials"];
        };
        NewToken: {
            credentials: components["schemas"]["DeviceCredentials"];
        };
        Health: {
            /** @enum {string} */
            status: "pass" | "fail";
            checks: {
                [key: string]: "pass" | "fail";
            };
        };
        Pipeline: {
            /** @description Whether every identity of every source holds. */
            balanced: boolean;
            /**
             * @description While Kafka is away, lags are null.
             * @enum {string}
             */
            kafka: "reachable" | "unreachable";
            /** @description Sum over all consumers and partitions. */
            lag: number | null;
            sources: {
                /** @description `bridge`, or the name of a consumer. */
                stage: string;
                /** @description A bridge process, or topic/partition. */
                source: string;
                /** @description Publishes of a bridge; records and readings of a consumer. */
                counters: {
                    [key: string]: number;
                };
                /** Format: date-time */
                updatedAt: string;
                balances: {
                    identity: string;
                    left: number;
                    right: number;
                    holds: boolean;
                }[];
            }[];
            partitions: {
                consumer: string;
                /** @description Without the configured prefix. */
                topic: string;
                partition: number;
                /** @description Next offset, stored with the data; null if nothing was read yet. */
                storedOffset: number | null;
                endOffset: number | null;
                /** @description Records that are still to be read. */
                lag: number | null;
            }[];
        };
        QueryRequest: {
            /** @description Epoch milliseconds. */
            from: number;
            /** @description Epoch milliseconds. */
            to: number;
            /**
             * @description Chosen values. `$__all` stands for the variable's custom value for All.
             * @default {}
             */
            variables: {
                [key: string]: string | string[];
            };
            queries: {
                refId: string;
                /**
                 * @description What `$__interval` is.
                 * @default 60000
                 */
                intervalMs: number;
                maxDataPoints?: number;
                /** @description Laid over those of the request, e.g. in a repeated panel. */
                variables?: {
                    [key: string]: string | string[];
                };
                source: {
                    /** @description UID. */
                    dashboard: string;
                    /** @description ID of the panel. */
                    panel: number;
                    /** @description The panel's query; without it `refId` names that. */
                    target?: string;
                } | {
                    dashboard: string;
                    variable: string;
                    /** @description What was typed; `$__searchFilter` begins with it. */
                    search?: string;
                } | {
                    dashboard: string;
                    annotation: string;
                } | {
                    rawSql: string;
                    /**
                     * @default table
                     * @enum {string}
                     */
                    format: "table" | "time_series";
                };
            }[];
        };
        /** @description Grafana's data frame in JSON. */
        DataFrame: {
            schema: {
                refId: string;
                meta: {
                    executedQueryString: string;
                    notices?: {
                        /** @constant */
                        severity: "warning";
                        text: string;
                    }[];
                };
                fields: {
                    name: string;
                    /** @enum {string} */
                    type: "time" | "number" | "string" | "boolean";
                    labels?: {
                        [key: string]: string;
                    };
                }[];
            };
            data: {
                /** @description A list for each field; times are epoch milliseconds. */
                values: (number | string | boolean | null)[][];
            };
        };
        QueryResult: {
            /** @description As an HTTP status: 200, or why `error` is there. */
            status: number;
            frames?: components["schemas"]["DataFrame"][];
            error?: string;
        };
        QueryAnswer: {
            /** @description By refId. */
            results: {
                [key: string]: components["schemas"]["QueryResult"];
            };
        };
        /** @description One reading. */
        RawPoint: {
            /** Format: date-time */
            time: string;
            value: number | null;
            /** @description A state that begins here, and stays until the next one. */
            text: string | null;
            /** @description Newest time at which the state was repeated. */
            until: string | null;
        };
        /** @description The readings of one minute, hour or day. */
        RollupPoint: {
            /**
             * Format: date-time
             * @description Start of the bucket, UTC.
             */
            bucket: string;
            count: number;
            min: number;
            max: number;
            avg: number;
            first: number;
            last: number;
        };
        Readings: {
            deviceId: string;
            metric: string;
            unit: string | null;
            /**
             * @description What was chosen for `auto`. `raw`: RawPoint, else RollupPoint.
             * @enum {string}
             */
            resolution: "raw" | "1m" | "1h" | "1d";
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            points: components["schemas"]["RawPoint"][] | components["schemas"]["RollupPoint"][];
            /** @description Whether the range has more points than `limit`. */
            truncated: boolean;
            /** @description Send it as `cursor` for the rest; null if this is all. */
            next: string | null;
        };
        BackTestRequest: {
            /** @description A draft; it need not have an ID, and its channels are not looked at. */
            rule: components["schemas"]["RuleReplacement"];
            /** @description Start of the range, included. Default: 7 days before `to`. ISO 8601 (UTC unless it has an offset), or epoch seconds or milliseconds. */
            from?: string;
            /** @description End of the range, included. Default, and at the latest: now. ISO 8601 (UTC unless it has an offset), or epoch seconds or milliseconds. */
            to?: string;
            /**
             * @description Most series, or devices where the rule watches them as a whole; the newest ones are taken.
             * @default 100
             */
            limit: number;
        };
        BackTestAlert: {
            /**
             * Format: date-time
             * @description Since when the condition held.
             */
            startedAt: string;
            /** Format: date-time */
            firedAt: string;
            /** @description Null for one that is open at the end of the range. */
            resolvedAt: string | null;
            /** @description What held when it fired. */
            value: number | null;
            text: string | null;
            /**
             * @description The highest that it reached.
             * @enum {string}
             */
            severity: "info" | "warning" | "critical";
            /** @description When it had which severity; the first 20. */
            changes: {
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                severity: "info" | "warning" | "critical";
            }[];
        };
        BackTestAnswer: {
            rule: {
                /** @description Lower-case letters, digits and hyphens; never changes. */
                id: string;
                kind: string;
            };
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            /**
             * Format: date-time
             * @description From where history was read, so that windows and durations are right when the range begins.
             */
            readFrom: string;
            /** @description Numbers from before are past their retention, so that nothing is known of that part; null where all of it is kept. */
            rawFrom: string | null;
            series: {
                deviceId: string;
                /** @description Empty for a device as a whole. */
                metric: string;
                /** @description In the range, of those that the rule takes. */
                observations: number;
                /** @description Alerts that were open at some time in the range. */
                firings: number;
                /** @description Alerts of the same rule without hysteresis and durations: how often it would have flapped. */
                naiveFirings: number;
                /** @description In order; the first 100. */
                alerts: components["schemas"]["BackTestAlert"][];
            }[];
            totals: {
                series: number;
                /** @description In the range, of those that the rule takes. */
                observations: number;
                /** @description Alerts that were open at some time in the range. */
                firings: number;
                /** @description Alerts of the same rule without hysteresis and durations: how often it would have flapped. */
                naiveFirings: number;
                /** @description Observations that were read. */
                read: number;
            };
            /** @description Whether more than `limit` are in the scope. */
            hasMore: boolean;
            /** @description Why it ended before all were done: 2000000 observations were read, or 30 seconds had passed. Those that were not done are left out. */
            stopped: ("observations" | "time") | null;
        };
        Server: {
            /** @description Of this program. */
            version: string;
            /** @description Where devices connect. */
            mqtt: {
                /** @description Where HOST is every address of the machine, the host that this request was sent to. */
                host: string;
                port: number;
            };
            /**
             * @description `open`: any client publishes, and only the name of a registered device needs its token. `registered`: registered devices alone.
             * @enum {string}
             */
            devicePolicy: "open" | "registered";
        };
        /** @description What happened to one alert, and how it stands since: `data` of an event `alert`. */
        StreamedAlert: {
            /** @constant */
            v: 1;
            /** @description Grows with every change; the `id` of the event. */
            sequence: number;
            alertId: string;
            /** @enum {string} */
            state: "firing" | "resolved";
            /**
             * @description What happened.
             * @enum {string}
             */
            change: "firing" | "severity" | "acknowledged" | "snoozed" | "unsnoozed" | "resolved";
            ruleId: string;
            ruleName: string;
            /** @description Since this change. */
            severity: string;
            deviceId: string;
            /** @description Empty for an alert about the device as a whole. */
            metric: string;
            labels: {
                [key: string]: string;
            };
            value: number | null;
            text: string | null;
            /** @description Epoch milliseconds. */
            atMs: number;
            /** @description Epoch milliseconds. */
            startedAtMs: number;
            summary: string;
            description: string;
            acknowledgedBy: string | null;
            snoozedUntilMs: number | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    "Health.live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    "Health.ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    "Server.read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Server"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Devices.list": {
        parameters: {
            query?: {
                /** @description Part of the device ID or name, in any case. */
                search?: string;
                /** @description `unknown`: devices of which nothing is known. */
                presence?: "online" | "offline" | "sleeping" | "unknown";
                /** @description Only those that have, or have not, an alert that fires now. */
                alerts?: boolean;
                /** @description Only those that have, or have not, credentials. */
                registered?: boolean;
                /** @description Only those that are disabled, or are not. */
                disabled?: boolean;
                /** @description Those that were last seen before this time, or never. ISO 8601 (UTC unless it has an offset), or epoch seconds or milliseconds. */
                seenBefore?: string;
                /** @description A label that the device has, `name=value`; may be repeated, and must then have all. */
                label?: string[];
                /** @description `name`: or ID where there is none. `trouble`: worst alerts first, then offline ones. `last-seen`: newest first. `silent`: not seen for longest first. A page of the last two looks up every device that fits. */
                sort?: "id" | "name" | "trouble" | "last-seen" | "silent";
                /** @description Most items of the answer. */
                limit?: number;
                /** @description Leaves out so many of the first ones: for pages with numbers. */
                skip?: number;
                /** @description The `next` of the page before; left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DevicePage"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Registration.register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDevice"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegisteredDevice"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It exists already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Devices.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Registration.remove": {
        parameters: {
            query?: {
                /** @description `keep`: the device loses its credentials, and its readings stay. `delete`: everything of it goes. */
                history?: "keep" | "delete";
            };
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Devices.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DevicePatch"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It exists already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Devices.readLatest": {
        parameters: {
            query?: {
                /** @description Most items of the answer. */
                limit?: number;
                /** @description The `next` of the page before; left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LatestValues"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Import.import": {
        parameters: {
            query?: {
                /** @description Registers nothing, and tells what would come of each line. */
                dryRun?: boolean;
                /** @description Of the answer. */
                format?: "csv" | "ndjson";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description CSV with a line of column names: `deviceId`, and any of `name`, `site` (a label), `gatewayId`, `token` (one that was made by another installation) and `label.<name>`; at most 100,000 devices. */
        requestBody: {
            content: {
                "text/csv": string;
            };
        };
        responses: {
            /**
             * @description Done.
             *
             *     A result for each line of the file.
             */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has as much of this to do as it takes; or: The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Registration.rotate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewToken"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Registration.disable": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Registration.enable": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Commands.list": {
        parameters: {
            query?: {
                /** @description Most items of the answer. */
                limit?: number;
                /** @description The `next` of the page before; left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandPage"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Commands.give": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCommand"];
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Command"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The device has as many commands waiting as it may have */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Commands.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
                /** @description ID of the command. */
                commandId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Command"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Commands.cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
                /** @description ID of the command. */
                commandId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Command"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The command waits no more */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Latest.list": {
        parameters: {
            query?: {
                /** @description Most items of the answer. */
                limit?: number;
                /** @description The `next` of the page before; left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceLatestPage"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Labels.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LabelsInUse"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Sparklines.glances": {
        parameters: {
            query: {
                /** @description Device ID; repeated for more, at most 100. Those that do not exist are left out of the answer. */
                device: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceGlances"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Sparklines.ofDevice": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceSparklines"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Readings.list": {
        parameters: {
            query: {
                /** @description Name of a metric that the device reports. */
                metric: string;
                /** @description Start of the range, included. Default: an hour before `to`. ISO 8601 (UTC unless it has an offset), or epoch seconds or milliseconds. */
                from?: string;
                /** @description End of the range, not included. Default: now. ISO 8601 (UTC unless it has an offset), or epoch seconds or milliseconds. */
                to?: string;
                /** @description Stored resolution. auto: raw up to 6 hours, minutes up to 4 days, hours up to 90 days, else days. With rollups the first bucket is whole: it may begin before `from`. */
                resolution?: "auto" | "raw" | "1m" | "1h" | "1d";
                /** @description Most items of the answer. */
                limit?: number;
                /** @description The `next` of the page before. It keeps range and resolution; those given beside it are not looked at. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Device ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readings"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "BackTest.run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BackTestRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackTestAnswer"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has as much of this to do as it takes; or: The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "RuleKinds.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleKindList"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Rules.list": {
        parameters: {
            query?: {
                /** @description Only those that are, or are not, enabled. */
                enabled?: boolean;
                /** @description Rules of this kind only. */
                kind?: "threshold" | "aggregate" | "rate" | "repeating" | "absence" | "offline" | "state";
                /** @description Part of the ID, the name or the description, in any case. */
                text?: string;
                /** @description Most items of the answer. */
                limit?: number;
                /** @description The `next` of the page before; left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleList"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Rules.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRule"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rule"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It exists already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Rules.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Lower-case letters, digits and hyphens; never changes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rule"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Rules.replace": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Lower-case letters, digits and hyphens; never changes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleReplacement"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rule"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A file defines it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Rules.remove": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Lower-case letters, digits and hyphens; never changes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A file defines it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Rules.change": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Lower-case letters, digits and hyphens; never changes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RulePatch"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rule"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A file defines it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Alerts.list": {
        parameters: {
            query?: {
                state?: "firing" | "resolved";
                /** @description Alerts of this device only. */
                device?: string;
                /** @description Alerts of the rule with this ID only. */
                rule?: string;
                /** @description Alerts of this severity only. */
                severity?: "info" | "warning" | "critical";
                /** @description Only those that were, or were not, acknowledged. */
                acknowledged?: boolean;
                /** @description Only those that are, or are not, snoozed now. */
                snoozed?: boolean;
                /** @description Alerts that fired at or after this time. ISO 8601 (UTC unless it has an offset), or epoch seconds or milliseconds. */
                from?: string;
                /** @description Alerts that fired before this time. ISO 8601 (UTC unless it has an offset), or epoch seconds or milliseconds. */
                to?: string;
                /** @description Alerts of devices that have this label, `name=value`. */
                label?: string;
                /** @description Most items of the answer. */
                limit?: number;
                /** @description The `next` of the page before; left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertPage"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Alerts.summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertSummary"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Alerts.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Alert ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertDetails"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Alerts.acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Alert ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Acknowledgement"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertDetails"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The alert is resolved */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Alerts.snooze": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Alert ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Snooze"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertDetails"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The alert is resolved */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Alerts.unsnooze": {
        parameters: {
            query?: {
                /** @description Who does it. */
                by?: string;
            };
            header?: never;
            path: {
                /** @description Alert ID. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertDetails"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The alert is resolved */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Stream.stream": {
        parameters: {
            query?: {
                /** @description Alerts of this device only. */
                device?: string;
                /** @description Alerts of the rule with this ID only. */
                rule?: string;
                /** @description Alerts of at least this severity. Changes of severity and resolutions come in any case, so that who was told of an alert learns what became of it. */
                severity?: "info" | "warning" | "critical";
            };
            header?: {
                /** @description ID of the last event that was seen; what happened since comes first. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["StreamedAlert"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Kafka cannot be reached; or: The server has as many subscribers as it takes; or: The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Channels.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelList"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Channels.create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewChannel"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It exists already */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Channels.testDraft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewChannel"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelTest"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has as much of this to do as it takes */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Channels.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Lower-case letters, digits and hyphens; never changes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Channels.replace": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Lower-case letters, digits and hyphens; never changes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelReplacement"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Channel"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A file defines it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Channels.remove": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Lower-case letters, digits and hyphens; never changes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A file defines it; or: Something else needs it */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Channels.test": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Lower-case letters, digits and hyphens; never changes. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelTest"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has as much of this to do as it takes; or: The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "ChannelTypes.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelTypeList"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "DeadLetters.list": {
        parameters: {
            query?: {
                /** @description Dead letters of this device only. */
                device?: string;
                /** @description Dead letters with this reason code only. */
                reason?: string;
                /** @description Only those that were, or were not, replayed. */
                replayed?: boolean;
                /** @description Most items of the answer. */
                limit?: number;
                /** @description The `next` of the page before; left out for the first page. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterPage"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "DeadLetters.summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterSummary"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "DeadLetters.get": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description ID of the dead letter. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetter"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "DeadLetters.replay": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description ID of the dead letter. */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replay"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The payload still cannot be decoded */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached; or: Kafka cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Pipeline.read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pipeline"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The database cannot be reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Dashboards.list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DashboardList"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Dashboards.read": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UID of a dashboard. */
                uid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Dashboard"];
                };
            };
            /** @description The request is not valid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such thing */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Query.run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QueryRequest"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueryAnswer"];
                };
            };
            /** @description The request is not valid; or: The body is not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A valid bearer token is needed */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Only holders of the API token may do this */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body must be of another type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server has as much of this to do as it takes */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
