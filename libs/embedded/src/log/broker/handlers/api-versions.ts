import { OFFERED_VERSIONS } from '../../protocol/apis.js';
import { ERROR } from '../../protocol/error-codes.js';
import { apiVersions } from '../../protocol/messages/api-versions.js';
import { answer, type Handler } from '../handler.js';

/** KIP-511's rule for the name and the version of the client's software. */
const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

export const apiVersionsHandler = (): Handler =>
  answer(apiVersions, ({ clientSoftwareName, clientSoftwareVersion }, { version }) => {
    const isNamed = SOFTWARE.test(clientSoftwareName) && SOFTWARE.test(clientSoftwareVersion);
    const isValid = version < 3 || isNamed;
    return {
      errorCode: isValid ? ERROR.none : ERROR.invalidRequest,
      apiKeys: isValid ? OFFERED_VERSIONS : [],
      throttleTimeMs: 0,
      supportedFeatures: [],
      finalizedFeaturesEpoch: -1,
      finalizedFeatures: [],
    };
  });
