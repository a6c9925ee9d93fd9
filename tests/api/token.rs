//! Access tokens: what is forged and what is rightly signed but wrong is refused everywhere, public reads included, and a
//! change of a client holds for the tokens that it has.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use solidarity::domain::public_id::{Noun, PublicId};
use solidarity::domain::scope::Scope;
use solidarity::service::client::{self, By, GrantInput};
use uuid::Uuid;

use crate::actor::TestClient;
use crate::harness::{Server, codes};

const OWN: &str = "starter-collection";

/// What a forger may have: everything but the private key.
struct Bench {
    server: Server,
    client: TestClient,
    /// A valid token, its header and its claims.
    token: String,
    header: Value,
    claims: Value,
    /// The server's own key, for what is signed rightly.
    key: Value,
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn decode(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn pair(jwk: &Value, algorithm: &'static EcdsaSigningAlgorithm) -> EcdsaKeyPair {
    let bytes = |member: &str| URL_SAFE_NO_PAD.decode(jwk[member].as_str().unwrap()).unwrap();
    let point = [vec![4], bytes("x"), bytes("y")].concat();
    EcdsaKeyPair::from_private_key_and_public_key(algorithm, &bytes("d"), &point).unwrap()
}

fn sign_with(pair: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

/// A value with some members changed; `null` takes one away.
fn with(value: &Value, changes: &Value) -> Value {
    let mut changed = value.clone();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            changed.as_object_mut().unwrap().remove(name);
        } else {
            changed[name] = value.clone();
        }
    }
    changed
}

impl Bench {
    async fn new() -> Self {
        let server = Server::demo().await;
        let client = server.new_client(&[Scope::ClientsManage, Scope::ResourcesWrite], OWN, &[]).await;
        let token = server.token_of(&client).await;
        let parts: Vec<&str> = token.split('.').collect();
        let (header, claims) = (decode(parts[0]), decode(parts[1]));
        let private: Value = serde_json::from_str(server.app.keys.current().private().expose_secret()).unwrap();
        Self { server, client, header, claims, key: private["keys"][0].clone(), token }
    }

    /// A rightly signed token with a changed header and changed claims.
    fn signed(&self, header: Value, claims: Value) -> String {
        let pair = pair(&self.key, &ECDSA_P256_SHA256_FIXED_SIGNING);
        sign_with(&pair, &with(&self.header, &header), &with(&self.claims, &claims))
    }

    async fn status(&self, token: &str) -> u16 {
        let url = self.server.url("/graphql?query=%7B__typename%7D");
        self.server.http.get(url).bearer_auth(token).send().await.unwrap().status().as_u16()
    }

    /// The token is refused for a public read, for a gated one, and on other routes.
    async fn refuse(&self, name: &str, token: &str) {
        for path in ["/graphql?query=%7B__typename%7D", "/schema.graphql"] {
            let request =
                self.server.http.get(self.server.url(path)).header("authorization", format!("Bearer {token}"));
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 401, "{name} was taken for {path}");
            let challenge = response.headers()["www-authenticate"].to_str().unwrap();
            assert!(challenge.starts_with("Bearer error=\"invalid_token\", resource_metadata=\"http"), "{challenge}");
            let body: Value = response.json().await.unwrap();
            assert_eq!(codes(&body), ["UNAUTHENTICATED"], "{name}");
            assert_eq!(body["errors"][0]["message"], "the access token is not valid", "{name}");
        }
        let answer = self.server.ask_as(token, "{ clients { id } }", json!({})).await;
        assert_eq!(codes(&answer), ["UNAUTHENTICATED"], "{name}");
    }
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let bench = Bench::new().await;
    assert_eq!(bench.status(&bench.token).await, 200, "the token that forgeries start from is valid");
    let (header, claims) = (&bench.header, &bench.claims);
    let parts: Vec<&str> = bench.token.split('.').collect();
    let public = pair(&bench.key, &ECDSA_P256_SHA256_FIXED_SIGNING);
    let point = public.public_key().as_ref().to_vec();
    let foreign = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    // SubjectPublicKeyInfo of P-256 is this prefix and the point.
    let prefix = STANDARD.decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE").unwrap();
    let info = [&prefix[..prefix.len() - 1], &point[..]].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&info));
    let jwk = bench.server.app.keys.current().public()["keys"][0].to_string();
    let unsigned = |alg: &str, signature: &str| {
        format!("{}.{}.{signature}", encode(&with(header, &json!({ "alg": alg }))), parts[1])
    };
    let hmac = |secret: &[u8]| {
        let message = format!("{}.{}", encode(&with(header, &json!({ "alg": "HS256" }))), parts[1]);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
    };
    let kid = |kid: Value| sign_with(&foreign, &with(header, &json!({ "kid": kid })), claims);
    let more = with(claims, &json!({ "scope": "alerts:issue clients:manage" }));
    let own_key = |member: &str, value: Value| {
        let header = with(header, &json!({ member: value }));
        // Even signed rightly, so that nothing but the member is at fault.
        sign_with(&public, &header, claims)
    };
    let der = pair(&bench.key, &ECDSA_P256_SHA256_ASN1_SIGNING);
    let zeros = |r: u8, s: u8| URL_SAFE_NO_PAD.encode([vec![r; 32], vec![s; 32]].concat());
    let mut flipped = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    flipped[40] ^= 1;
    let foreign_point = foreign.public_key().as_ref();
    let embedded = json!({ "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(&foreign_point[1..33]),
        "y": URL_SAFE_NO_PAD.encode(&foreign_point[33..]) });
    let forged: Vec<(&str, String)> = vec![
        ("alg none", unsigned("none", "")),
        ("alg None with a signature", unsigned("None", parts[2])),
        ("alg NONE", unsigned("NONE", "")),
        ("alg nOnE with an old signature", unsigned("nOnE", parts[2])),
        ("an empty alg", unsigned("", parts[2])),
        ("HS256 with the public point", hmac(&point)),
        ("HS256 with the public key as DER", hmac(&info)),
        ("HS256 with the public key as PEM", hmac(pem.as_bytes())),
        ("HS256 with the public key as JWK", hmac(jwk.as_bytes())),
        ("HS256 with nothing", hmac(b"")),
        ("ES384 in the header", own_key("alg", json!("ES384"))),
        ("RS256 in the header", own_key("alg", json!("RS256"))),
        ("es256 in the header", own_key("alg", json!("es256"))),
        ("alg a list", own_key("alg", json!(["ES256"]))),
        ("an empty signature", format!("{}.{}.", parts[0], parts[1])),
        ("no signature", format!("{}.{}", parts[0], parts[1])),
        ("a truncated signature", format!("{}.{}.{}", parts[0], parts[1], &parts[2][..40])),
        ("a padded signature", format!("{}.{}.{}==", parts[0], parts[1], parts[2])),
        ("a longer signature", format!("{}.{}.{}AAAA", parts[0], parts[1], parts[2])),
        ("a changed signature", format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode(&flipped))),
        ("other claims below the signature", format!("{}.{}.{}", parts[0], encode(&more), parts[2])),
        (
            "another header above the signature",
            unsigned("ES256", parts[2]).replacen(
                parts[0],
                &encode(&json!({"typ": "at+jwt", "alg": "ES256", "kid": header["kid"], "x": 1})),
                1,
            ),
        ),
        ("a foreign key under our kid", sign_with(&foreign, header, claims)),
        ("a foreign key under a kid of its own", kid(json!("mine"))),
        ("a kid that is a path", kid(json!("../../etc/passwd"))),
        ("a kid that is a device", kid(json!("/dev/null"))),
        ("a kid that is SQL", kid(json!("' UNION SELECT 'x' --"))),
        ("a kid of 2 000 characters", kid(json!("k".repeat(2_000)))),
        ("no kid", kid(Value::Null)),
        ("a kid that is a number", kid(json!(0))),
        ("an empty kid", kid(json!(""))),
        ("jku", own_key("jku", json!("https://example.org/jwks"))),
        ("jwk", own_key("jwk", embedded.clone())),
        ("jwk of the forger", sign_with(&foreign, &with(header, &json!({ "jwk": embedded })), claims)),
        ("x5u", own_key("x5u", json!("https://example.org/cert"))),
        ("x5c", own_key("x5c", json!(["MIIB"]))),
        ("crit", own_key("crit", json!(["exp"]))),
        ("an empty crit", own_key("crit", json!([]))),
        ("b64 false", own_key("b64", json!(false))),
        ("zip", own_key("zip", json!("DEF"))),
        ("typ JWT", own_key("typ", json!("JWT"))),
        ("typ of an id token", own_key("typ", json!("id+jwt"))),
        ("no typ", own_key("typ", Value::Null)),
        ("four parts", format!("{}.x", bench.token)),
        ("five parts", format!("{}..", bench.token)),
        ("a dot before", format!(".{}", bench.token)),
        ("one part", parts[0].to_string()),
        ("a space inside", format!("{} .{}.{}", parts[0], parts[1], parts[2])),
        ("a second token behind", format!("{} {}", bench.token, bench.token)),
        ("a comma behind", format!("{},", bench.token)),
        ("a DER signature", sign_with(&der, header, claims)),
        ("r and s of zero", format!("{}.{}.{}", parts[0], parts[1], zeros(0, 0))),
        ("s of zero", format!("{}.{}.{}", parts[0], parts[1], zeros(1, 0))),
        ("r and s above the order", format!("{}.{}.{}", parts[0], parts[1], zeros(255, 255))),
        ("a header that is no JSON", format!("AAAA.{}.{}", parts[1], parts[2])),
        ("a header that is a list", format!("{}.{}.{}", encode(&json!(["ES256"])), parts[1], parts[2])),
        ("standard base64", bench.token.replace('-', "+").replace('_', "/") + "="),
        ("a token of 60 KB", format!("{}.{}.{}", parts[0], "A".repeat(60_000), parts[2])),
        ("nothing", String::new()),
        ("the client's secret", bench.client.secret.clone()),
    ];
    assert!(forged.len() >= 50);
    for (name, token) in &forged {
        bench.refuse(name, token).await;
    }
    assert_eq!(bench.status(&bench.token).await, 200, "the token that forgeries start from is still valid");
}

#[tokio::test]
async fn tokens_that_are_rightly_signed_but_wrong_are_refused() {
    let bench = Bench::new().await;
    let now = bench.claims["iat"].as_i64().unwrap();
    let unchanged = bench.signed(json!({}), json!({}));
    assert_eq!(bench.status(&unchanged).await, 200);
    let audience = bench.claims["aud"].clone();
    for (name, header, claims) in [
        ("typ in capitals", json!({ "typ": "AT+JWT" }), json!({})),
        ("typ as a media type", json!({ "typ": "application/at+jwt" }), json!({})),
        ("several audiences, ours among them", json!({}), json!({ "aud": ["https://x.example.org", audience] })),
        ("nbf in the past", json!({}), json!({ "nbf": now - 1 })),
        ("further claims", json!({}), json!({ "acr": "x" })),
        ("a clock 5 s ahead", json!({}), json!({ "iat": now + 5 })),
        ("a scope that is not known", json!({}), json!({ "scope": "resources:write moon:fly" })),
    ] {
        assert_eq!(bench.status(&bench.signed(header, claims)).await, 200, "{name} was refused");
    }
    let nobody = PublicId::new(Noun::Client, Uuid::from_u128(5)).to_string();
    // The same key, another id: only the whole id names a client.
    let own: PublicId = bench.client.id.parse().unwrap();
    let near = PublicId::new(Noun::Client, Uuid::from_u128(own.value.as_u128() ^ 1)).to_string();
    let organization = PublicId::new(Noun::Organization, own.value).to_string();
    for (name, claims) in [
        ("another audience", json!({ "aud": "https://x.example.org/graphql" })),
        ("the issuer as audience", json!({ "aud": bench.claims["iss"] })),
        ("an empty list of audiences", json!({ "aud": [] })),
        ("other audiences", json!({ "aud": ["a", "b"] })),
        ("no audience", json!({ "aud": null })),
        ("an audience that is a number", json!({ "aud": 1 })),
        ("another issuer", json!({ "iss": "https://x.example.org" })),
        ("an issuer with a slash", json!({ "iss": format!("{}/", bench.claims["iss"].as_str().unwrap()) })),
        ("no issuer", json!({ "iss": null })),
        ("ended", json!({ "exp": now })),
        ("ended long ago", json!({ "exp": 1 })),
        ("exp below zero", json!({ "exp": -1 })),
        ("exp as a text", json!({ "exp": (now + 600).to_string() })),
        ("exp as a fraction", json!({ "exp": now as f64 + 600.5 })),
        ("exp out of range", json!({ "exp": 1e300 })),
        ("exp true", json!({ "exp": true })),
        ("no exp", json!({ "exp": null })),
        ("not yet valid", json!({ "nbf": now + 60 })),
        ("nbf as a text", json!({ "nbf": "0" })),
        ("issued in the future", json!({ "iat": now + 60 })),
        ("no iat", json!({ "iat": null })),
        ("iat as a text", json!({ "iat": now.to_string() })),
        ("sub of another", json!({ "sub": nobody })),
        ("no sub", json!({ "sub": null })),
        ("client_id of another", json!({ "client_id": nobody })),
        ("no client_id", json!({ "client_id": null })),
        ("an unknown client", json!({ "client_id": nobody, "sub": nobody })),
        ("a client with the same key", json!({ "client_id": near, "sub": near })),
        ("an organization", json!({ "client_id": organization, "sub": organization })),
        ("a client that is no id", json!({ "client_id": "x", "sub": "x" })),
        ("scope as a list", json!({ "scope": ["clients:manage"] })),
        ("no scope", json!({ "scope": null })),
        ("no jti", json!({ "jti": null })),
        ("an empty jti", json!({ "jti": "" })),
        ("a jti of 100 characters", json!({ "jti": "j".repeat(100) })),
        ("a jti with a NUL", json!({ "jti": "a\0b" })),
        ("another generation", json!({ "gen": 1 })),
        ("a generation below", json!({ "gen": -1 })),
        ("no generation", json!({ "gen": null })),
        ("a generation as a text", json!({ "gen": "0" })),
    ] {
        bench.refuse(name, &bench.signed(json!({}), claims)).await;
    }
}

#[tokio::test]
async fn a_change_of_a_client_holds_for_the_tokens_that_it_has() {
    let bench = Bench::new().await;
    let app = &bench.server.app;
    let id: PublicId = bench.client.id.parse().unwrap();
    let scopes = async || {
        let answer = bench.server.ask_as(&bench.token, "{ viewer { scopes } }", json!({})).await;
        answer["data"]["viewer"]["scopes"].clone()
    };
    let grant = |scope: Scope| GrantInput { scope: scope.as_str().to_string(), regions: None };
    assert_eq!(scopes().await, json!(["resources:write", "clients:manage"]));

    client::set_grants(app, By::Operator, id, &[grant(Scope::ResourcesWrite), grant(Scope::EventsWrite)])
        .await
        .unwrap();
    assert_eq!(scopes().await, json!(["resources:write"]), "a token is an upper bound, and what is held decides");
    let answer = bench.server.ask_as(&bench.token, "{ clients { id } }", json!({})).await;
    assert_eq!(codes(&answer), ["INSUFFICIENT_SCOPE"]);
    assert_eq!(answer["errors"][0]["message"], "the access token lacks scope `clients:manage`");

    client::revoke_tokens(app, By::Operator, id).await.unwrap();
    bench.refuse("a token of an older generation", &bench.token).await;
    let token = bench.server.token_of(&bench.client).await;
    assert_eq!(bench.status(&token).await, 200);

    let other = bench.server.token_of(&bench.client).await;
    let form = [("token", token.as_str())];
    let request = bench.server.http.post(bench.server.url("/oauth/revoke"));
    let revoked = request.basic_auth(&bench.client.id, Some(&bench.client.secret)).form(&form).send().await.unwrap();
    assert_eq!(revoked.status(), 200);
    bench.refuse("a revoked token", &token).await;
    assert_eq!(bench.status(&other).await, 200, "only the one token was revoked");

    client::disable(app, By::Operator, id).await.unwrap();
    bench.refuse("a token of a disabled client", &other).await;
}

#[tokio::test]
async fn a_token_ends_after_ten_minutes_and_old_revocations_are_forgotten() {
    let bench = Bench::new().await;
    let revoke = async |token: &str| {
        let form = [("token", token)];
        let request = bench.server.http.post(bench.server.url("/oauth/revoke"));
        let request = request.basic_auth(&bench.client.id, Some(&bench.client.secret)).form(&form);
        assert_eq!(request.send().await.unwrap().status(), 200);
    };
    let revoked = bench.server.token_of(&bench.client).await;
    revoke(&revoked).await;
    revoke(&revoked).await;
    bench.server.app.clock.advance(599_000_000);
    assert_eq!(bench.status(&bench.token).await, 200);
    bench.server.app.clock.advance(1_000_000);
    bench.refuse("an ended token", &bench.token).await;
    let last = bench.server.token_of(&bench.client).await;
    bench.server.app.clock.advance(2_000_000);
    revoke(&last).await;
    bench.refuse("a revoked token", &last).await;
}

#[tokio::test]
async fn a_token_comes_in_one_header_of_one_scheme_and_nowhere_else() {
    let bench = Bench::new().await;
    let (server, token) = (&bench.server, &bench.token);
    let url = server.url("/graphql?query=%7Bviewer%7BisAuthenticated%7D%7D");
    let get = |url: String| server.http.get(url);
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let response = get(url.clone()).header("authorization", format!("{scheme} {token}")).send().await.unwrap();
        assert_eq!(response.status(), 200, "{scheme}");
    }
    for value in
        [format!("Token {token}"), format!("Bearer{token}"), token.clone(), format!("Bearer\t{token}"), "Bearer".into()]
    {
        let response = get(url.clone()).header("authorization", &value).send().await.unwrap();
        assert_eq!(response.status(), 401);
    }
    let basic = get(url.clone()).basic_auth(&bench.client.id, Some(&bench.client.secret)).send().await.unwrap();
    assert_eq!(basic.status(), 401, "a secret is no token");
    let value = format!("Bearer {token}");
    let twice = get(url.clone()).header("authorization", &value).header("authorization", &value).send().await.unwrap();
    assert_eq!(twice.status(), 401);
    let in_query = get(format!("{url}&access_token={token}")).send().await.unwrap();
    assert_eq!(in_query.json::<Value>().await.unwrap()["data"]["viewer"]["isAuthenticated"], false);
    let body = json!({ "query": "{ viewer { isAuthenticated } }", "access_token": token });
    let in_body: Value = server.post_json(&body).await.json().await.unwrap();
    assert_eq!(in_body["data"]["viewer"]["isAuthenticated"], false);
}

#[tokio::test]
async fn a_client_has_its_own_limits_and_answers_that_nothing_keeps() {
    let server = Server::with_limited_content(
        "",
        solidarity::domain::limits::Limits { rate_client: 50, rate_anonymous: 20, ..Default::default() },
    )
    .await;
    crate::actor::load(&server.app, &crate::lines::text([crate::lines::organization("own")])).await;
    let one = server.client(&[], "own", &[]).await;
    let other = server.client(&[], "own", &[]).await;
    let ask = async |token: &str, query: &str| {
        let request = server.http.get(server.url(&format!("/graphql?query={query}"))).bearer_auth(token);
        request.send().await.unwrap()
    };
    let query = "%7Blimits%7BbodyBytes+cost+rate%7DrateLimit%7Blimit+remaining%7D%7D";
    let response = ask(&one, query).await;
    assert_eq!(response.headers()["cache-control"], "private, no-store");
    assert!(!response.headers().contains_key("etag"));
    assert_eq!(response.headers()["ratelimit-policy"], "\"client\";q=50;w=60");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["data"]["limits"], json!({ "bodyBytes": 1_048_576, "cost": 5_000, "rate": 50 }));
    assert_eq!(body["data"]["rateLimit"], json!({ "limit": 50, "remaining": 48 }));
    assert_eq!(body["extensions"]["cost"]["limit"], 5_000);
    let schema = server.http.get(server.url("/schema.graphql")).bearer_auth(&one).send().await.unwrap();
    assert_eq!(schema.headers()["cache-control"], "private, no-store");

    let large = json!({ "query": "{ __typename }", "padding": "x".repeat(500_000) });
    assert_eq!(server.post_json(&large).await.status(), 413);
    let response = server.http.post(server.url("/graphql")).bearer_auth(&one).json(&large).send().await.unwrap();
    assert_eq!(response.status(), 200);

    let mut last = 0;
    for _ in 0..60 {
        last = ask(&one, "%7B__typename%7D").await.status().as_u16();
    }
    assert_eq!(last, 429, "a client has used up its allowance");
    assert_eq!(ask(&other, "%7B__typename%7D").await.status(), 200, "another client has its own");
    let mut statuses = Vec::new();
    for _ in 0..30 {
        statuses.push(ask("forged", "%7B__typename%7D").await.status().as_u16());
    }
    assert_eq!((statuses.first(), statuses.last()), (Some(&401), Some(&429)), "forgeries are charged to the address");
    assert_eq!(ask(&other, "%7B__typename%7D").await.status(), 200, "a client does not pay for them");
}
