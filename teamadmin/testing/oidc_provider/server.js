// A strict OpenID provider (npm oidc-provider) for tests. It prints its URL, and signs in "bo" without asking.
// Takes as JSON in argv[2]: clientId, secret, redirectUri, logoutUri.
import Provider from "oidc-provider";
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";

const options = JSON.parse(process.argv[2]);
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const key = { ...privateKey.export({ format: "jwk" }), kid: "es256", use: "sig", alg: "ES256" };
const person = { sub: "bo", email: "bo@acme.example", email_verified: true, given_name: "Bo", family_name: "Lindqvist" };

const server = createServer((request, response) => handle(request, response));
let handle;
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: options.clientId,
        client_secret: options.secret,
        redirect_uris: [options.redirectUri],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        id_token_signed_response_alg: "ES256",
        backchannel_logout_uri: options.logoutUri,
        backchannel_logout_session_required: true,
      },
    ],
    jwks: { keys: [key] },
    claims: { email: ["email", "email_verified"], profile: ["given_name", "family_name"], openid: ["sub", "sid"] },
    scopes: ["openid", "email", "profile"],
    pkce: { required: () => true },
    // Without the dispatcher that refuses addresses of this machine.
    fetch: (url, { dispatcher, ...rest }) => globalThis.fetch(url, rest),
    cookies: { keys: ["only-for-tests"] },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, claimsParameter: { enabled: true } },
    findAccount: (context, id) => ({ accountId: id, claims: () => ({ ...person, sub: id }) }),
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({
        clientId: context.oidc.client.clientId,
        accountId: context.oidc.session.accountId,
      });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
    interactions: { url: (context, interaction) => `/interaction/${interaction.uid}` },
  });
  provider.on("backchannel.error", (context, error) => console.error("backchannel.error", error));
  const app = provider.callback();
  handle = async (request, response) => {
    if (!request.url.startsWith("/interaction/")) return app(request, response);
    await provider.interactionFinished(request, response, { login: { accountId: "bo", amr: ["pwd", "otp"] } });
  };
  console.log(issuer);
});
process.stdin.resume().on("end", () => process.exit());
