#include "base/http_record.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strs.h"
#include "base/text.h"

#define HIDDEN "REDACTED"

struct http_record {
	char *dir;
	int64_t n; /* of the last file */
};

/* Names of members, headers and form fields whose value is a secret. */
static const char *const secret_members[] = {
	"access_token",
	"refresh_token",
	"id_token",
	"client_secret",
	"client_assertion",
	"assertion",
	"customData",
	"userData",
	"adminPassword",
	"password",
	"protectedSettings",
	"accountSasToken",
	"serviceSasToken",
	"primaryKey",
	"secondaryKey",
	"connectionString",
	"primaryConnectionString",
	"secondaryConnectionString",
	"accessSAS",
	NULL,
};

static const char *const secret_headers[] = {
	"Authorization",
	"Proxy-Authorization",
	"x-ms-authorization-auxiliary",
	"Cookie",
	"Set-Cookie",
	"x-ms-encryption-key",
	"X-IDENTITY-HEADER",
	"Ocp-Apim-Subscription-Key",
	NULL,
};

/* In the middle of a URL or of a connection string; the value ends where its kind of text goes
 * on. */
static const char *const secret_marks[] = { "sig=", "AccountKey=", "SharedAccessKey=", NULL };

static bool is_in(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (text_casecmp(*names, name) == 0)
			return true;
	return false;
}

static size_t mark_at(const char *s, const char *begin)
{
	if (s > begin && strchr("?&;\"' ", s[-1]) == NULL)
		return 0;
	for (size_t i = 0; secret_marks[i]; i++)
		if (strncasecmp(s, secret_marks[i], strlen(secret_marks[i])) == 0)
			return strlen(secret_marks[i]);
	return 0;
}

/* text without its signatures and keys; yours to free. */
static char *hide_marks(const char *text)
{
	struct buf out = BUF_INIT(BUF_TEXT_MAX);
	const char *s = text;
	char *got;

	while (*s) {
		size_t n = mark_at(s, text);

		if (n == 0) {
			buf_addc(&out, *s++);
			continue;
		}
		buf_add(&out, s, n);
		buf_adds(&out, HIDDEN);
		s += n;
		s += strcspn(s, "&;\"' \r\n");
	}
	got = buf_steal(&out);
	return got ? got : xstrdup("");
}

static struct json *hidden_text(const char *text)
{
	char *s = hide_marks(text);
	struct json *j = json_new_string(s);

	free(s);
	return j;
}

static struct json *hide_in(const struct json *j);

static struct json *hide_in_object(const struct json *j)
{
	struct json *out = json_new_object();
	bool is_key =
	    json_get(j, "keyName") != NULL; /* an entry of a storage account's listKeys */
	const struct json *value;
	const char *key;

	for (void *it = NULL; json_each(j, &it, &key, &value);) {
		bool secret =
		    is_in(secret_members, key) || (is_key && strcmp(key, "value") == 0);

		json_set(out, key, secret ? json_new_string(HIDDEN) : hide_in(value));
	}
	return out;
}

static struct json *hide_in(const struct json *j)
{
	struct json *out;

	switch (json_kind(j)) {
	case JSON_OBJECT:
		return hide_in_object(j);
	case JSON_ARRAY:
		out = json_new_array();
		for (size_t i = 0; i < json_len(j); i++)
			json_add(out, hide_in(json_at(j, i)));
		return out;
	case JSON_STRING:
		return hidden_text(json_text(j));
	default:
		return json_copy(j);
	}
}

/* A body that is not JSON is kept as text, unless a secret's name is in it. */
static struct json *hide_in_text(const char *body, size_t len)
{
	char *text = xstrndup(body, len);
	struct json *j = NULL;

	for (size_t i = 0; secret_members[i] && !j; i++)
		if (text_find(text, secret_members[i]))
			j = json_new_string(HIDDEN);
	if (!j)
		j = hidden_text(text);
	free(text);
	return j;
}

static bool is_token_endpoint(const char *url)
{
	size_t n = strcspn(url, "?#");
	char *path = xstrndup(url, n);
	bool yes = strstr(path, "/oauth2/") || (n >= 6 && strcmp(path + n - 6, "/token") == 0);

	free(path);
	return yes;
}

static void put_body(struct json *message, const char *url, const char *body, size_t len)
{
	struct json *j;

	if (len == 0)
		return;
	if (is_token_endpoint(url)) {
		json_set_str(message, "body", HIDDEN);
		return;
	}
	j = json_parse(body, len, NULL);
	json_set(message, "body", j ? hide_in(j) : hide_in_text(body, len));
	json_free(j);
}

static void put_headers(struct json *message, const struct http_headers *h)
{
	struct json *headers = json_set_object(message, "headers");
	char name[200];

	for (size_t i = 0; i < h->n; i++) {
		text_clean(name, sizeof(name) - 1, h->v[i].name, strlen(h->v[i].name));
		json_set(headers, name,
			 is_in(secret_headers, name) ? json_new_string(HIDDEN)
						     : hidden_text(h->v[i].value));
	}
}

int http_recorded_write(struct buf *out, const struct http_recorded *x)
{
	struct json *j = json_new_object();
	struct json *request = json_set_object(j, "liveRequest");
	struct json *response = json_set_object(j, "liveResponse");
	char status[16];
	int rc;

	json_set_str(request, "method", x->method);
	json_set(request, "url", hidden_text(x->url));
	put_headers(request, &x->request_headers);
	put_body(request, x->url, x->request_body, x->request_len);
	snprintf(status, sizeof(status), "%d", x->reply->status);
	json_set_str(response, "statusCode", status);
	put_headers(response, &x->reply->headers);
	put_body(response, x->url, x->reply->body, x->reply->body_len);
	json_set_int(j, "t", clock_utc_ms());
	rc = json_write_pretty(out, j);
	json_free(j);
	return rc;
}

void http_recorded_header(struct http_recorded *x, const char *line)
{
	const char *colon = strchr(line, ':');
	char *name;

	if (!colon || colon[1] == '\0')
		return; /* curl's way to leave one out */
	name = xstrndup(line, (size_t)(colon - line));
	for (colon++; *colon == ' ';)
		colon++;
	http_headers_add(&x->request_headers, name, colon);
	free(name);
}

void http_record_add(struct http_record *r, const struct http_recorded *x)
{
	struct buf text = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;
	char *path = xasprintf("%s/%06lld.json", r->dir, (long long)++r->n);

	if (http_recorded_write(&text, x) != 0)
		err_set(&err, ERR_FULL, "%s: too large to record", x->method);
	else
		file_write(path, text.data, text.len, 0600, &err);
	if (err.code)
		log_warn("an exchange is not recorded: %s", err.msg);
	buf_clear(&text);
	free(path);
}

struct http_record *http_record_open(const char *dir, struct err *err)
{
	struct strs names = STRS_INIT(1 << 20);
	struct http_record *r;
	int64_t n;

	if (file_make_dir(dir, 0700, err) != 0 || file_list(&names, dir, err) != 0) {
		err_wrap(err, "recording");
		strs_clear(&names);
		return NULL;
	}
	r = xcalloc(1, sizeof(*r));
	r->dir = xstrdup(dir);
	for (size_t i = 0; i < names.n; i++)
		if (num_read_n(&n, names.v[i], strcspn(names.v[i], "."), 0, INT32_MAX) == 0 &&
		    n > r->n)
			r->n = n;
	strs_clear(&names);
	return r;
}

void http_record_close(struct http_record *r)
{
	if (!r)
		return;
	free(r->dir);
	free(r);
}
