/*
 * What a machine wrote to its serial console, as the cloud keeps it (boot diagnostics): ARM
 * names an address with a key of its own in it, and the text lies there. No token of ours goes
 * to that address, and it has to be one that nobody on the way can read, except where the cloud
 * is a simulated one on this machine.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "provider/azure/azure.h"

#define MINUTES	 "5"		    /* that the address holds */
#define TEXT_MAX ((size_t)64 << 10) /* the end of it: what came last says why */

struct fetch {
	struct http_call *http;
	struct buf tail;
};

static void free_fetch(struct cloud_call *call)
{
	struct fetch *f = call->state;

	if (f->http)
		http_call_cancel(f->http);
	buf_clear(&f->tail);
	free(f);
}

static void done(struct cloud_call *call, const struct err *err)
{
	struct fetch *f = call->state;
	const char *text = buf_str(&f->tail);
	size_t skip = f->tail.len > TEXT_MAX ? f->tail.len - TEXT_MAX : 0;

	call_ending(call);
	if (err)
		call->cb.text(call->arg, NULL, 0, err);
	else
		call->cb.text(call->arg, text + skip, f->tail.len - skip, NULL);
	call_free(call);
}

/* The end is kept, and twice as much at a time, so that little is moved. */
static void on_body(void *arg, const char *data, size_t n)
{
	struct cloud_call *call = arg;
	struct fetch *f = call->state;

	if (n > TEXT_MAX) {
		data += n - TEXT_MAX;
		n = TEXT_MAX;
	}
	if (f->tail.len + n > 2 * TEXT_MAX) {
		memmove(f->tail.data, f->tail.data + f->tail.len - TEXT_MAX, TEXT_MAX);
		f->tail.len = TEXT_MAX;
	}
	buf_add(&f->tail, data, n);
}

static void on_text(void *arg, const struct http_reply *reply, const struct err *why)
{
	struct cloud_call *call = arg;
	struct fetch *f = call->state;
	struct err err = ERR_INIT;

	f->http = NULL;
	if (!reply)
		err = *why;
	else if (reply->status == 404)
		err_set(&err, ERR_NOT_FOUND, "the machine has written nothing yet");
	else if (reply->status != 200)
		err_set(&err, ERR_IO, "its console cannot be fetched: status %d",
			reply->status);
	done(call, err.code == ERR_NONE ? NULL : &err);
}

static bool may_fetch(const struct cloud *c, const char *url)
{
	return text_has_prefix(url, "https://") ||
	       (c->record->simulated && text_has_prefix(url, "http://127.0.0.1:"));
}

static void on_address(void *arg, const struct arm_answer *a)
{
	struct cloud_call *call = arg;
	struct fetch *f = call->state;
	const char *url = json_str(a->body, "serialConsoleLogBlobUri", "");
	const struct http_request q = {
		.url = url, .total_ms = 30000, .body_max = HTTP_BODY_MAX, .on_body = on_body
	};
	struct err err = ERR_INIT;

	call->arm = NULL;
	if (a->err.code != ERR_NONE)
		err = a->err;
	else if (!url[0])
		err_set(&err, ERR_NOT_FOUND, "the cloud keeps no console of this machine");
	else if (!may_fetch(call->cloud, url))
		err_set(&err, ERR_INVALID,
			"the cloud names an address for the console that is not https");
	if (err.code == ERR_NONE)
		f->http = http_client_send(call->cloud->http, &q, on_text, call);
	else
		done(call, &err);
}

struct cloud_call *azure_console(struct cloud *c, const char *vm_id, cloud_text_cb *cb,
				 void *arg)
{
	struct cloud_call *call = call_new(c, arg);
	struct fetch *f = xcalloc(1, sizeof(*f));
	char *url = xasprintf("%s/retrieveBootDiagnosticsData?api-version=%s"
			      "&sasUriExpirationTimeInMinutes=" MINUTES,
			      vm_id, API_COMPUTE);

	f->tail = (struct buf)BUF_INIT(3 * TEXT_MAX);
	call->state = f;
	call->free_state = free_fetch;
	call->cb.text = cb;
	call->arm = arm_send(c, "POST", url, NULL, NULL, on_address, call);
	free(url);
	return call;
}
