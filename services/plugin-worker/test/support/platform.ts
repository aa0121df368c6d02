/** The platform's side of a worker, as small as a test needs it: signs tokens and answers as the gateway. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type JSONWebKeySet,
  type JWK,
} from 'jose';

/** A key that the platform signs with. */
export interface SigningKey {
  jwk: JWK;
  sign(claims: TokenClaims): Promise<string>;
}

/** What a test may vary in a token. */
export interface TokenClaims {
  sub?: string;
  aud: string;
  tenant: string;
  expiresIn?: string;
}

/** Makes a key pair under a key id. */
export async function signingKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' },
    sign: ({ sub, aud, tenant, expiresIn }) =>
      new SignJWT({ tenant })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setSubject(sub ?? 'user:default/jane')
        .setAudience(aud)
        .setIssuedAt()
        .setExpirationTime(expiresIn ?? '5m')
        .sign(privateKey),
  };
}

/** A JWKS of these keys. */
export function keySet(...keys: SigningKey[]): JSONWebKeySet {
  return { keys: keys.map(key => key.jwk) };
}

/** A request that reached the gateway. */
export interface SeenRequest {
  path: string;
  host: string | undefined;
  token: string | undefined;
}

/** A gateway on a port of its own. */
export interface Gateway {
  url: string;
  seen: SeenRequest[];
  close(): void;
}

/** Starts a gateway that answers every request with `answer`. */
export async function startGateway(
  answer: (request: IncomingMessage) => unknown,
): Promise<Gateway> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    seen.push({
      path: request.url ?? '',
      host: request.headers.host,
      token: request.headers.authorization?.replace(/^Bearer /, ''),
    });
    response.setHeader('content-type', 'application/json');
    void Promise.resolve(answer(request)).then(body =>
      response.end(JSON.stringify(body)),
    );
  });
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
