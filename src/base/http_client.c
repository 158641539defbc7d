#define _GNU_SOURCE /* SOCK_CLOEXEC */
#include "base/http_client.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/http_record.h"
#include "base/log.h"
#include "base/loop_private.h"
#include "base/mem.h"
#include "base/text.h"

#define CONNECTIONS_MAX 32

struct http_call {
	struct http_client *client;
	CURL *easy;
	struct curl_slist *headers;
	char *method, *url, *request_body;
	size_t request_len;
	http_call_cb *cb;
	void (*on_body)(void *arg, const char *data, size_t n);
	void *arg;
	int64_t began;
	char curl_says[CURL_ERROR_SIZE];

	struct http_headers reply_headers;
	bool head_over; /* what looks like a header now is a trailer */
	struct buf body;
	size_t stream_left;
	bool too_big;

	uint64_t round;
	bool in_multi, ready, done, delivering, cancelled;
	CURLcode result;
	struct err failed;
	TAILQ_ENTRY(http_call) link, ready_link;
};

struct http_client {
	struct loop *loop;
	CURLM *multi;
	struct timer *curl_timer; /* the one deadline that curl asks for */
	struct timer *hand_over;  /* 0 ms: after this turn's sockets, outside curl */
	TAILQ_HEAD(http_calls, http_call) calls, ready;
	size_t active;
	uint64_t round; /* of handing over: what gets ready meanwhile waits for the next */
	char *ca_file, *user_agent;
	struct http_record *record;
	bool *gone; /* set when the client is freed in a callback of its own */
};

struct sock {
	struct http_client *client;
	curl_socket_t fd;
	struct watch *watch;
};

/* curl's sockets and deadline. */

static void make_ready(struct http_call *call)
{
	if (!call->ready) {
		call->ready = true;
		call->round = call->client->round;
		TAILQ_INSERT_TAIL(&call->client->ready, call, ready_link);
	}
	timer_set(call->client->hand_over, 0);
}

static void collect_finished(struct http_client *c)
{
	const CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(c->multi, &left)) != NULL) {
		struct http_call *call = NULL;
		CURLcode result = m->data.result;
		CURL *easy = m->easy_handle;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call);
		curl_multi_remove_handle(c->multi, easy); /* m is gone after this */
		call->in_multi = false;
		call->done = true;
		call->result = result;
		make_ready(call);
	}
}

static void drive(struct http_client *c, curl_socket_t fd, int events)
{
	int running;

	curl_multi_socket_action(c->multi, fd, events, &running);
	collect_finished(c);
}

static void on_sock(void *arg, unsigned int what)
{
	const struct sock *s = arg; /* curl may free it below */
	int events = 0;

	if (what & WATCH_READ)
		events |= CURL_CSELECT_IN;
	if (what & WATCH_WRITE)
		events |= CURL_CSELECT_OUT;
	drive(s->client, s->fd, events);
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *sockp)
{
	struct http_client *c = arg;
	struct sock *s = sockp;
	unsigned int want = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s)
			watch_free(s->watch);
		free(s);
		return 0;
	}
	if (what & CURL_POLL_IN)
		want |= WATCH_READ;
	if (what & CURL_POLL_OUT)
		want |= WATCH_WRITE;
	if (!s) {
		s = xcalloc(1, sizeof(*s));
		s->client = c;
		s->fd = fd;
		s->watch = watch_new(c->loop, fd, 0, on_sock, s);
		curl_multi_assign(c->multi, fd, s);
	}
	watch_set(s->watch, want);
	return 0;
}

static int on_curl_timer(CURLM *multi, long ms, void *arg)
{
	struct http_client *c = arg;

	(void)multi;
	if (ms < 0)
		timer_stop(c->curl_timer);
	else
		timer_set(c->curl_timer, ms);
	return 0;
}

static void on_deadline(void *arg)
{
	drive(arg, CURL_SOCKET_TIMEOUT, 0);
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	(void)arg;
	(void)purpose;
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* What comes back. */

static bool is_ok(const struct http_call *call)
{
	long status = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	return status >= 200 && status < 300;
}

/* Who was asked, without path and query: those are long, and may hold a signature. */
static void where(const struct http_call *call, char out[100])
{
	const char *host = strstr(call->url, "://");
	size_t n;

	host = host ? host + 3 : call->url;
	n = strcspn(host, "/?#");
	for (const char *at = memchr(host, '@', n); at; at = memchr(host, '@', n)) {
		n -= (size_t)(at + 1 - host); /* a name and password */
		host = at + 1;
	}
	text_clean(out, 99, host, n);
}

static size_t on_curl_body(char *data, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;
	bool streams = call->on_body && is_ok(call);

	n *= size;
	call->head_over = true;
	if (streams && n <= call->stream_left)
		call->stream_left -= n;
	else if (streams)
		call->too_big = true;
	if (!call->too_big && buf_add(&call->body, data, n) != 0)
		call->too_big = true;
	if (call->too_big)
		return 0;
	if (streams)
		make_ready(call);
	return n;
}

static size_t on_curl_header(char *data, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;
	size_t len = n * size, name;
	const char *colon = memchr(data, ':', len);
	char at[100], *line;

	if (call->head_over)
		return len;
	if (len > 5 && memcmp(data, "HTTP/", 5) == 0) {
		http_headers_clear(&call->reply_headers); /* the head before was a 1xx */
		return len;
	}
	if (!colon)
		return len;
	while (len > 0 && (unsigned char)data[len - 1] <= ' ')
		len--;
	name = (size_t)(colon - data);
	line = xstrndup(data, len);
	line[name++] = '\0';
	while (line[name] == ' ' || line[name] == '\t')
		name++;
	if (http_headers_add(&call->reply_headers, line, line + name) != 0) {
		where(call, at);
		log_warn("%s: header %s of an answer dropped: more than %d", at, line,
			 HTTP_HEADERS_MAX);
	}
	free(line);
	return n * size;
}

/* Whether the other side may have seen any of the request. */
static bool was_sent(const struct http_call *call)
{
	curl_off_t secured = 0;
	long request = 0, connects = 0;

	switch (call->result) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
		return false;
	default:
		break;
	}
	curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &request);
	curl_easy_getinfo(call->easy, CURLINFO_NUM_CONNECTS, &connects);
	curl_easy_getinfo(call->easy, CURLINFO_APPCONNECT_TIME_T, &secured);
	if (connects > 0 && secured == 0 && strncasecmp(call->url, "https:", 6) == 0)
		return false; /* what was sent asked a proxy for a tunnel */
	return request > 0;
}

static void tell_failure(struct http_call *call, struct err *err)
{
	char at[100], said[160];
	const char *text =
	    call->curl_says[0] ? call->curl_says : curl_easy_strerror(call->result);

	where(call, at);
	text_clean(said, sizeof(said) - 1, text, strlen(text));
	if (call->failed.code)
		*err = call->failed;
	else if (call->too_big)
		err_set(err, ERR_UNKNOWN, "%s %s: the answer is larger than %zu bytes",
			call->method, at, call->body.max);
	else if (call->result == CURLE_URL_MALFORMAT ||
		 call->result == CURLE_UNSUPPORTED_PROTOCOL)
		err_set(err, ERR_INVALID, "%s %s: %s", call->method, at, said);
	else if (was_sent(call))
		err_set(err, ERR_UNKNOWN, "%s %s: %s; it may have been carried out",
			call->method, at, said);
	else
		err_set(err, ERR_IO, "%s %s: %s", call->method, at, said);
}

static void record(const struct http_call *call, const struct http_reply *reply)
{
	struct http_recorded x = {
		.method = call->method,
		.url = call->url,
		.request_body = call->request_body,
		.request_len = call->request_len,
		.reply = reply,
	};

	for (const struct curl_slist *h = call->headers; h; h = h->next)
		http_recorded_header(&x, h->data);
	http_record_add(call->client->record, &x);
	http_headers_clear(&x.request_headers);
}

static void call_free(struct http_call *call)
{
	struct http_client *c = call->client;

	if (call->in_multi)
		curl_multi_remove_handle(c->multi, call->easy);
	if (call->ready)
		TAILQ_REMOVE(&c->ready, call, ready_link);
	TAILQ_REMOVE(&c->calls, call, link);
	c->active--;
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	http_headers_clear(&call->reply_headers);
	buf_clear(&call->body);
	free(call->method);
	free(call->url);
	free(call->request_body);
	free(call);
}

/* The callback; call stays until it returned. */
static void deliver_reply(struct http_call *call)
{
	struct http_reply reply = { 0 };
	struct err err = ERR_INIT;
	long status = 0;

	if (call->failed.code || call->result != CURLE_OK) {
		tell_failure(call, &err);
		call->cb(call->arg, NULL, &err);
		return;
	}
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	reply.status = (int)status;
	reply.headers = call->reply_headers;
	reply.body = buf_str(&call->body);
	reply.body_len = call->body.len;
	reply.wall_ms = loop_real_ms() - call->began;
	if (call->client->record)
		record(call, &reply);
	call->cb(call->arg, &reply, &err);
}

static void deliver_stream(struct http_call *call)
{
	struct buf chunk = call->body;

	if (!call->on_body || chunk.len == 0 || !is_ok(call))
		return;
	call->body = (struct buf)BUF_INIT(chunk.max);
	call->on_body(call->arg, chunk.data, chunk.len);
	buf_clear(&chunk);
}

static void on_hand_over(void *arg)
{
	struct http_client *c = arg;
	struct http_call *call;
	bool gone = false;

	c->gone = &gone;
	c->round++;
	while ((call = TAILQ_FIRST(&c->ready)) != NULL && call->round < c->round) {
		TAILQ_REMOVE(&c->ready, call, ready_link);
		call->ready = false;
		call->delivering = true;
		loop_doing(c->loop, "an answer from elsewhere");
		deliver_stream(call);
		if (!gone && call->done && !call->cancelled)
			deliver_reply(call);
		call->delivering = false;
		if (gone || call->done || call->cancelled)
			call_free(call);
		if (gone)
			break;
	}
	if (gone)
		http_client_free(c); /* once more, now that nothing is in a callback */
	else
		c->gone = NULL;
}

/* Sending. */

static bool is_safe(const char *method)
{
	return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static bool is_loopback(const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL;
	bool yes = false;

	if (curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		yes = strncmp(host, "127.", 4) == 0 || strcmp(host, "[::1]") == 0 ||
		      strcasecmp(host, "localhost") == 0;
	curl_free(host);
	curl_url_cleanup(u);
	return yes;
}

static void add_header(struct http_call *call, const char *line)
{
	struct curl_slist *more = curl_slist_append(call->headers, line);

	if (more)
		call->headers = more;
}

/* A line break in a value would be a header, or a request, of someone else's making. */
static bool bad_header(const char *line)
{
	return line[strcspn(line, "\r\n")] != '\0' || !strchr(line, ':');
}

static int set_headers(struct http_call *call, const struct http_request *r)
{
	bool typed = false;
	char at[100];

	for (size_t i = 0; r->headers && r->headers[i]; i++) {
		if (bad_header(r->headers[i])) {
			where(call, at);
			err_set(&call->failed, ERR_INVALID,
				"%s %s: a header has no colon or more than one line",
				call->method, at);
			return -1;
		}
		typed = typed || strncasecmp(r->headers[i], "Content-Type:", 13) == 0;
		add_header(call, r->headers[i]);
	}
	if (!typed)
		add_header(call, "Content-Type:"); /* curl's own guess is a form */
	add_header(call, "Expect:");
	curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
	return 0;
}

static void set_method(struct http_call *call, const struct http_request *r)
{
	bool carries = r->body_len > 0 || strcmp(call->method, "POST") == 0 ||
		       strcmp(call->method, "PUT") == 0 || strcmp(call->method, "PATCH") == 0;

	call->request_body = xmalloc(r->body_len + 1);
	if (r->body_len > 0)
		memcpy(call->request_body, r->body, r->body_len);
	call->request_body[r->body_len] = '\0';
	call->request_len = r->body_len;
	if (carries) {
		curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)r->body_len);
		curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS, call->request_body);
	}
	if (strcmp(call->method, "HEAD") == 0)
		curl_easy_setopt(call->easy, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(call->easy, CURLOPT_CUSTOMREQUEST, call->method);
	if (!is_safe(call->method)) {
		/* curl repeats by itself what it sent on a kept connection that then broke. For
		 * a write that is ours to decide, so writes have a connection of their own. */
		curl_easy_setopt(call->easy, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(call->easy, CURLOPT_FORBID_REUSE, 1L);
	}
}

static void set_transport(struct http_call *call, const struct http_request *r)
{
	CURL *e = call->easy;
	int64_t total = r->total_ms ? r->total_ms : HTTP_TOTAL_MS;

	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)(r->connect_ms > 0 ? r->connect_ms : HTTP_CONNECT_MS));
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, total > 0 ? (long)total : 0L);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPIDLE, 30L);
	curl_easy_setopt(e, CURLOPT_TCP_KEEPINTVL, 10L);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(e, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
	curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L); /* R1.5: never wait for a name look-up */
#endif
	if (is_loopback(r->url))
		curl_easy_setopt(e, CURLOPT_PROXY, "");
}

static void set_tls(struct http_call *call)
{
	CURL *e = call->easy;

	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	if (call->client->ca_file) {
		curl_easy_setopt(e, CURLOPT_CAINFO, call->client->ca_file);
		curl_easy_setopt(e, CURLOPT_CAPATH, NULL); /* that one authority and no other */
	}
}

static void set_receivers(struct http_call *call)
{
	CURL *e = call->easy;

	curl_easy_setopt(e, CURLOPT_PRIVATE, call);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, call->curl_says);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_curl_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_curl_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, call);
	if (call->client->user_agent)
		curl_easy_setopt(e, CURLOPT_USERAGENT, call->client->user_agent);
}

static struct http_call *call_new(struct http_client *c, const struct http_request *r)
{
	struct http_call *call = xcalloc(1, sizeof(*call));

	call->client = c;
	call->method = xstrdup(r->method ? r->method : "GET");
	call->url = xstrdup(r->url);
	call->on_body = r->on_body;
	call->began = loop_real_ms();
	call->body.max = r->body_max ? r->body_max : HTTP_BODY_MAX;
	call->stream_left = r->body_max ? r->body_max : SIZE_MAX;
	TAILQ_INSERT_TAIL(&c->calls, call, link);
	c->active++;
	return call;
}

struct http_call *http_client_send(struct http_client *c, const struct http_request *r,
				   http_call_cb *cb, void *arg)
{
	struct http_call *call = call_new(c, r);

	call->cb = cb;
	call->arg = arg;
	call->easy = curl_easy_init();
	assert(call->easy);
	set_receivers(call);
	set_transport(call, r);
	set_tls(call);
	set_method(call, r);
	if (set_headers(call, r) == 0 &&
	    (curl_easy_setopt(call->easy, CURLOPT_URL, call->url) != CURLE_OK ||
	     curl_multi_add_handle(c->multi, call->easy) != CURLM_OK))
		err_set(&call->failed, ERR_IO, "%s %s: curl takes no more requests",
			call->method, call->url);
	call->in_multi = call->failed.code == ERR_NONE;
	if (!call->in_multi) {
		call->done = true;
		make_ready(call);
	}
	return call;
}

void http_call_cancel(struct http_call *call)
{
	if (!call)
		return;
	if (call->delivering)
		call->cancelled = true;
	else
		call_free(call);
}

size_t http_client_active(const struct http_client *c)
{
	return c->active;
}

struct http_client *http_client_new(struct loop *l, const struct http_client_options *o,
				    struct err *err)
{
	struct http_client *c = xcalloc(1, sizeof(*c));
	long connections = o && o->connections_max ? (long)o->connections_max : CONNECTIONS_MAX;

	TAILQ_INIT(&c->calls);
	TAILQ_INIT(&c->ready);
	c->loop = l;
	c->curl_timer = timer_new_real(l, on_deadline, c);
	c->hand_over = timer_new_real(l, on_hand_over, c);
	c->ca_file = o && o->ca_file ? xstrdup(o->ca_file) : NULL;
	c->user_agent = o && o->user_agent ? xstrdup(o->user_agent) : NULL;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	c->multi = curl_multi_init();
	if (!c->multi)
		err_set(err, ERR_IO,
			"curl does not start (is the limit of open files too low?)");
	if (!c->multi ||
	    (o && o->record_dir && !(c->record = http_record_open(o->record_dir, err)))) {
		http_client_free(c);
		return NULL;
	}
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections);
	curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, connections);
	return c;
}

void http_client_free(struct http_client *c)
{
	struct http_call *call, *next;

	if (!c)
		return;
	for (call = TAILQ_FIRST(&c->calls); call; call = next) {
		next = TAILQ_NEXT(call, link);
		if (!call->delivering)
			call_free(call);
	}
	if (c->active > 0) { /* on_hand_over() comes back here */
		*c->gone = true;
		return;
	}
	curl_multi_cleanup(c->multi); /* its last word are sockets to forget */
	curl_global_cleanup();
	timer_free(c->curl_timer);
	timer_free(c->hand_over);
	http_record_close(c->record);
	free(c->ca_file);
	free(c->user_agent);
	free(c);
}
