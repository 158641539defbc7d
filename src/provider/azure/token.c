/* Client-secret tokens (azure-arm.md 2.1, 2.7): in memory only, one request in flight,
 * refreshed early, kept to the end when a refresh fails. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/http_parse.h"
#include "base/log.h"
#include "base/mem.h"
#include "provider/azure/azure.h"

#define EARLY_MS ((int64_t)5 * 60 * 1000)

static int secret_read(const struct cloud *c, struct buf *out, struct err *err)
{
	if (file_read_secret(out, c->record->client_secret_file, err) < 0)
		return err_wrap(err, "cloud %s: client secret", c->record->name);
	while (out->len && (out->data[out->len - 1] == '\n' || out->data[out->len - 1] == '\r'))
		out->data[--out->len] = '\0';
	return 0;
}

static int form_make(const struct cloud *c, struct buf *form, struct err *err)
{
	struct buf secret = BUF_INIT(16384);
	char *scope =
	    xasprintf("%s%s.default", c->record->audience,
		      c->record->audience[strlen(c->record->audience) - 1] == '/' ? "" : "/");
	int rc = secret_read(c, &secret, err);

	buf_adds(form, "grant_type=client_credentials&client_id=");
	http_escape(form, c->record->client_id);
	buf_adds(form, "&client_secret=");
	http_escape(form, buf_str(&secret));
	buf_adds(form, "&scope=");
	http_escape(form, scope);
	buf_clear(&secret);
	free(scope);
	return rc;
}

static void token_failed(struct cloud *c, const struct err *err)
{
	int64_t now = clock_utc_ms();

	c->token_refresh_ms = now + 10000;
	if (c->token && now < c->token_until_ms) {
		log_warn("cloud %s: token not refreshed, the old one holds: %s",
			 c->record->name, err->msg);
		return;
	}
	arm_waiting_go(c, err);
}

/* By when it was asked for: its life began before it came, and one that seems to last longer
 * than it does is refused. */
static void token_take(struct cloud *c, const struct json *j)
{
	int64_t from = c->token_asked_ms, life = json_int(j, "expires_in", 3599) * 1000;
	int64_t early = life / 2 < EARLY_MS ? life / 2 : EARLY_MS;

	free(c->token);
	c->token = xstrdup(json_str(j, "access_token", ""));
	c->token_no++;
	c->token_until_ms = from + life;
	c->token_refresh_ms =
	    from + life - early - (int64_t)((double)early * 0.1 * rng_unit(&c->rng));
	arm_waiting_go(c, NULL);
}

static void on_token(void *arg, const struct http_reply *reply, const struct err *why)
{
	struct cloud *c = arg;
	struct err err = ERR_INIT;
	struct json *j = NULL;

	c->token_call = NULL;
	if (!reply) {
		err_set(&err, ERR_IO, "cloud %s: no token: %s", c->record->name, why->msg);
		token_failed(c, &err);
		return;
	}
	j = json_parse(reply->body, reply->body_len, &err);
	if (reply->status == 200 && json_str(j, "access_token", NULL)) {
		token_take(c, j);
	} else {
		err_set(&err, reply->status >= 500 ? ERR_IO : ERR_DENIED,
			"cloud %s: no token (%d): %.200s", c->record->name, reply->status,
			json_str(j, "error_description", "no description"));
		token_failed(c, &err);
	}
	json_free(j);
}

static void token_ask(struct cloud *c)
{
	static const char *const headers[] = {
		"Content-Type: application/x-www-form-urlencoded", "Accept: application/json",
		NULL
	};
	struct buf form = BUF_INIT(65536);
	char *url =
	    xasprintf("%s/%s/oauth2/v2.0/token", c->record->authority, c->record->tenant);
	struct err err = ERR_INIT;

	if (form_make(c, &form, &err) < 0) {
		token_failed(c, &err);
	} else {
		const struct http_request q = { .method = "POST",
						.url = url,
						.headers = headers,
						.body = buf_str(&form),
						.body_len = form.len };

		c->token_asked_ms = clock_utc_ms();
		c->token_call = http_client_send(c->http, &q, on_token, c);
	}
	buf_clear(&form);
	free(url);
}

bool token_ready(struct cloud *c)
{
	int64_t now = clock_utc_ms();
	bool good = c->token && now < c->token_until_ms;

	if (!c->token_call && (!good || now >= c->token_refresh_ms))
		token_ask(c);
	return good;
}

void token_drop(struct cloud *c)
{
	free(c->token);
	c->token = NULL;
}

void token_free(struct cloud *c)
{
	if (c->token_call)
		http_call_cancel(c->token_call);
	token_drop(c);
}
