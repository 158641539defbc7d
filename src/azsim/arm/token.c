/* Entra's part: discovery documents, tokens for a client secret, and the check of every token
 * that comes back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azsim/arm/arm.h"
#include "base/clock.h"
#include "base/http_parse.h"
#include "base/mem.h"
#include "base/text.h"

#define LIFE_S 3599

void arm_metadata(struct arm_call *c)
{
	struct json *list = json_new_array(), *o = json_add_object(list), *aud;
	char *login = xasprintf("%s/", c->arm->arm_url);

	json_set_str(o, "name", "azsim");
	json_put(o, "authentication.loginEndpoint", json_new_string(login));
	aud = json_set_array(json_get_mut(o, "authentication"), "audiences");
	json_add(aud, json_new_string(c->arm->arm_url));
	json_add(aud, json_new_string("https://management.azure.com/"));
	json_put(o, "authentication.tenant", json_new_string(AZ_TENANT));
	json_put(o, "authentication.identityProvider", json_new_string("AAD"));
	json_set_str(o, "resourceManager", login);
	json_set_str(o, "portal", login);
	json_set_str(o, "graph", login);
	json_set_str(o, "graphAudience", login);
	json_put(o, "suffixes.storage", json_new_string("core.azsim.invalid"));
	json_put(o, "suffixes.keyVaultDns", json_new_string("vault.azsim.invalid"));
	free(login);
	arm_ok(c, 200, list);
}

static void set_url(struct json *o, const char *key, const char *base, const char *rest)
{
	char *url = xasprintf("%s/" AZ_TENANT "%s", base, rest);

	json_set_str(o, key, url);
	free(url);
}

void arm_openid(struct arm_call *c)
{
	struct json *o = json_new_object();
	bool v2 = strstr(c->req->path, "/v2.0/") != NULL;

	set_url(o, "issuer", c->arm->arm_url, v2 ? "/v2.0" : "/");
	set_url(o, "authorization_endpoint", c->arm->arm_url, "/oauth2/v2.0/authorize");
	set_url(o, "token_endpoint", c->arm->arm_url, "/oauth2/v2.0/token");
	set_url(o, "jwks_uri", c->arm->arm_url, "/discovery/v2.0/keys");
	json_add(json_set_array(o, "response_types_supported"), json_new_string("token"));
	json_add(json_set_array(o, "subject_types_supported"), json_new_string("pairwise"));
	json_add(json_set_array(o, "id_token_signing_alg_values_supported"),
		 json_new_string("RS256"));
	json_add(json_set_array(o, "token_endpoint_auth_methods_supported"),
		 json_new_string("client_secret_post"));
	arm_ok(c, 200, o);
}

void arm_jwks(struct arm_call *c)
{
	struct json *o = json_new_object(), *k = json_add_object(json_set_array(o, "keys"));
	struct buf n = BUF_INIT(4096), e = BUF_INIT(64);

	rsa_key_public(c->arm->key, &n, &e);
	json_set_str(k, "kty", "RSA");
	json_set_str(k, "use", "sig");
	json_set_str(k, "alg", "RS256");
	json_set_str(k, "kid", c->arm->kid);
	json_set_str(k, "n", buf_str(&n));
	json_set_str(k, "e", buf_str(&e));
	buf_clear(&n);
	buf_clear(&e);
	arm_ok(c, 200, o);
}

void arm_instance(struct arm_call *c)
{
	struct json *o = json_new_object();

	set_url(o, "tenant_discovery_endpoint", c->arm->arm_url,
		"/v2.0/.well-known/openid-configuration");
	json_set_array(o, "metadata");
	arm_ok(c, 200, o);
}

static void entra_error(struct arm_call *c, int status, const char *error, int code,
			const char *text)
{
	struct json *o = json_new_object();
	char *full = xasprintf("AADSTS%d: %s Trace ID: %s", code, text, c->request_id);
	char when[CLOCK_TEXT];

	json_set_str(o, "error", error);
	json_set_str(o, "error_description", full);
	json_add(json_set_array(o, "error_codes"), json_new_int(code));
	json_set_str(o, "timestamp", clock_text(when, az_world_now(c->w)));
	json_set_str(o, "trace_id", c->request_id);
	json_set_str(o, "correlation_id", c->request_id);
	free(full);
	arm_ok(c, status, o);
}

static void add_part(struct buf *out, struct json *take)
{
	struct buf text = BUF_INIT(65536);

	json_write(&text, take);
	base64url_write(out, buf_str(&text), text.len);
	buf_clear(&text);
	json_free(take);
}

static void sign_token(const struct arm *a, struct buf *out, const char *aud, int64_t now)
{
	struct json *head = json_new_object(), *body = json_new_object();
	struct buf sig = BUF_INIT(4096);
	char *iss = xasprintf("%s/" AZ_TENANT "/v2.0", a->arm_url), uti[17];

	rand_hex(uti, 8);
	json_set_str(head, "typ", "JWT");
	json_set_str(head, "alg", "RS256");
	json_set_str(head, "kid", a->kid);
	json_set_str(body, "aud", aud);
	json_set_str(body, "iss", iss);
	json_set_int(body, "iat", now);
	json_set_int(body, "nbf", now);
	json_set_int(body, "exp", now + LIFE_S);
	json_set_str(body, "appid", a->client_id);
	json_set_str(body, "idtyp", "app");
	json_set_str(body, "oid", a->client_id);
	json_set_str(body, "sub", a->client_id);
	json_set_str(body, "tid", AZ_TENANT);
	json_set_str(body, "uti", uti);
	json_set_str(body, "ver", "1.0");
	add_part(out, head);
	buf_addc(out, '.');
	add_part(out, body);
	rs256_sign(a->key, &sig, buf_str(out), out->len, NULL);
	buf_addc(out, '.');
	base64url_write(out, sig.data, sig.len);
	buf_clear(&sig);
	free(iss);
}

static void give_token(struct arm_call *c, char *scope, bool v1)
{
	struct json *o = json_new_object();
	struct buf jwt = BUF_INIT(65536);
	size_t len = strlen(scope), tail = strlen("/.default");
	int64_t now = az_world_now(c->w) / 1000;

	if (len > tail && strcmp(scope + len - tail, "/.default") == 0)
		scope[len - tail] = '\0';
	sign_token(c->arm, &jwt, scope, now);
	json_set_str(o, "token_type", "Bearer");
	if (v1) {
		char text[32];

		snprintf(text, sizeof(text), "%d", LIFE_S);
		json_set_str(o, "expires_in", text);
		snprintf(text, sizeof(text), "%lld", (long long)(now + LIFE_S));
		json_set_str(o, "expires_on", text);
		json_set_str(o, "resource", scope);
	} else {
		json_set_int(o, "expires_in", LIFE_S);
		json_set_int(o, "ext_expires_in", LIFE_S);
	}
	json_set_str(o, "access_token", buf_str(&jwt));
	buf_clear(&jwt);
	c->arm->n.tokens++;
	arm_ok(c, 200, o);
}

static bool form_is(const char *form, const char *name, const char *want)
{
	struct buf b = BUF_INIT(8192);
	bool same = http_form_get(&b, form, name) == 0 && same_secret(buf_str(&b), want);

	buf_clear(&b);
	return same;
}

void arm_token(struct arm_call *c)
{
	char *form = xstrndup(c->req->body ? c->req->body : "", c->req->body_len);
	struct buf scope = BUF_INIT(4096);
	bool v1 = strstr(c->req->path, "/v2.0/") == NULL;

	if (text_casecmp(c->arg[0], AZ_TENANT) != 0 &&
	    text_casecmp(c->arg[0], "organizations") != 0)
		entra_error(c, 400, "invalid_request", 90002,
			    "Tenant not found. Check that it is spelt correctly.");
	else if (!form_is(form, "grant_type", "client_credentials"))
		entra_error(
		    c, 400, "unsupported_grant_type", 70003,
		    "The app requested an unsupported grant type: this cloud takes client_credentials.");
	else if (http_form_get(&scope, form, v1 ? "resource" : "scope") != 0 || scope.len == 0)
		entra_error(c, 400, "invalid_scope", 70011,
			    "The provided value for the input parameter 'scope' is not valid.");
	else if (!v1 && !strstr(buf_str(&scope), "/.default"))
		entra_error(
		    c, 400, "invalid_scope", 1002012,
		    "The provided value for scope is not valid: client credential flows must have a scope "
		    "value with /.default suffixed to the resource identifier.");
	else if (!form_is(form, "client_id", c->arm->client_id))
		entra_error(
		    c, 400, "unauthorized_client", 700016,
		    "Application was not found in the directory. Check client_id and tenant.");
	else if (!form_is(form, "client_secret", c->arm->client_secret))
		entra_error(c, 401, "invalid_client", 7000215,
			    "Invalid client secret provided.");
	else
		give_token(c, scope.data, v1);
	buf_clear(&scope);
	free(form);
}

int arm_refuse_token(struct arm_call *c, const char *code, const char *text)
{
	arm_header(c, "WWW-Authenticate",
		   "Bearer authorization_uri=\"%s/" AZ_TENANT
		   "\", error=\"invalid_token\", error_description=\"%s\"",
		   c->arm->arm_url, text);
	return az_refuse(&c->r, 401, code, "%s", text);
}

static bool our_audience(const struct arm *a, const char *aud)
{
	static const char *const azure[] = { "https://management.azure.com",
					     "https://management.core.windows.net" };
	size_t len = strlen(aud), n = strlen(a->arm_url);

	while (len > 0 && aud[len - 1] == '/')
		len--;
	if (len == n && strncmp(aud, a->arm_url, n) == 0)
		return true;
	if (strncmp(aud, "https://localhost:", 18) == 0 && strrchr(a->arm_url, ':') &&
	    strncmp(aud + 17, strrchr(a->arm_url, ':'), len - 17) == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(azure); i++)
		if (len == strlen(azure[i]) && strncmp(aud, azure[i], len) == 0)
			return true;
	return false;
}

static struct json *read_part(const char *text, size_t len)
{
	struct buf b = BUF_INIT(16384);
	struct json *j = NULL;

	if (base64url_read(&b, text, len, NULL) == 0)
		j = json_parse(buf_str(&b), b.len, NULL);
	buf_clear(&b);
	return j;
}

static bool signed_by_us(const struct arm *a, const char *jwt, const char *dot)
{
	struct buf sig = BUF_INIT(2048);
	bool ok = base64url_read(&sig, dot + 1, strlen(dot + 1), NULL) == 0 &&
		  rs256_verify(a->key, sig.data, sig.len, jwt, (size_t)(dot - jwt));

	buf_clear(&sig);
	return ok;
}

static int check_claims(struct arm_call *c, const struct json *head, const struct json *body)
{
	int64_t now = az_world_now(c->w) / 1000;

	if (strcmp(json_str(head, "alg", ""), "RS256") != 0 ||
	    strcmp(json_str(head, "kid", ""), c->arm->kid) != 0)
		return arm_refuse_token(c, "InvalidAuthenticationToken",
					"The access token has a wrong key or algorithm.");
	if (json_int(body, "exp", 0) <= now)
		return arm_refuse_token(c, "ExpiredAuthenticationToken",
					"The access token expiry UTC time is earlier than "
					"current UTC time.");
	if (json_int(body, "nbf", 0) > now + 300)
		return arm_refuse_token(c, "InvalidAuthenticationToken",
					"The access token is not yet valid.");
	if (!our_audience(c->arm, json_str(body, "aud", "")))
		return arm_refuse_token(
		    c, "InvalidAuthenticationTokenAudience",
		    "The access token has been obtained for wrong audience or resource.");
	if (strcmp(json_str(body, "tid", ""), AZ_TENANT) != 0)
		return arm_refuse_token(
		    c, "InvalidAuthenticationTokenTenant",
		    "The access token is from the wrong issuer: another tenant.");
	return 0;
}

int arm_check_token(struct arm_call *c)
{
	const char *auth = http_headers_get(c->req->headers, "Authorization"), *jwt, *dot1,
		   *dot2;
	struct json *head, *body;
	int rc;

	if (!auth || strncmp(auth, "Bearer ", 7) != 0)
		return arm_refuse_token(
		    c, "AuthenticationFailed",
		    "Authentication failed. The 'Authorization' header is missing.");
	jwt = auth + 7;
	dot1 = strchr(jwt, '.');
	dot2 = dot1 ? strchr(dot1 + 1, '.') : NULL;
	if (!dot2 || !signed_by_us(c->arm, jwt, dot2))
		return arm_refuse_token(c, "InvalidAuthenticationToken",
					"The access token is invalid.");
	head = read_part(jwt, (size_t)(dot1 - jwt));
	body = read_part(dot1 + 1, (size_t)(dot2 - dot1 - 1));
	rc = head && body ? check_claims(c, head, body)
			  : arm_refuse_token(c, "InvalidAuthenticationToken",
					     "The access token is invalid.");
	json_free(head);
	json_free(body);
	return rc;
}
