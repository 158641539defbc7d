/* The stream and the client's copy of it, on one loop over a real engine whose cloud does not
 * answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/http_local.h"
#include "base/mem.h"
#include "base/unix_socket.h"
#include "client/mirror.h"
#include "engine/run.h"
#include "server/server.h"
#include "store/store.h"

#define BIG	900 /* nodes of cluster "big": more than one line takes */
#define WAIT_MS 20000

struct world {
	char dir[64];
	char *socket, *state_dir;
	struct loop *loop;
	struct cloud_record cloud;
	struct strs templates;
	struct engine *engine;
	struct auth_rules rules;
	struct server *server;
	struct client *client;
	struct mirror *mirror;
	int changes, hushed; /* hushed: those at which the engine did not answer */
	struct user user;
	/* a client that keeps every byte */
	struct http_local *call, *stream; /* the last one, and the last one that is a stream */
	struct buf got;
	int status;
	char answer[400];
};

/*
 * The world
 */

static void open_engine(struct world *w)
{
	struct err err = ERR_INIT;
	const struct engine_options o = { .state_dir = w->state_dir,
					  .clouds = &w->cloud,
					  .n_clouds = 1,
					  .template_folders = &w->templates,
					  .any_file_system = true };

	w->engine = engine_new(w->loop, &o, &err);
	if (!w->engine)
		fail_msg("%s", err.msg);
}

static void open_server(struct world *w)
{
	struct err err = ERR_INIT;
	const struct server_options o = { .socket_path = w->socket,
					  .socket_mode = 0600,
					  .rules = &w->rules,
					  .site = "test" };

	w->server = server_new(w->loop, w->engine, &o, &err);
	if (!w->server)
		fail_msg("%s", err.msg);
}

static void make_cluster(struct world *w, const char *name)
{
	struct strs none = STRS_INIT(1);
	struct err err = ERR_INIT;

	if (engine_create(w->engine, &w->user, name, "slurm", &none, &err) < 0)
		fail_msg("%s", err.msg);
}

static void add_node(struct store *st, int64_t cluster_id, int64_t index, bool wordy)
{
	struct node n = { .cluster_id = cluster_id,
			  .index = index,
			  .array = "htc",
			  .size = "Standard_F2s_v2",
			  .spot = true,
			  .state = NODE_IDLE,
			  .price = 0.02,
			  .cpus = 2,
			  .jobs = -1 };
	struct err err = ERR_INIT;

	snprintf(n.name, sizeof(n.name), "htc-%lld", (long long)index);
	snprintf(n.vm_name, sizeof(n.vm_name), "vm-%lld-%lld", (long long)cluster_id,
		 (long long)index);
	snprintf(n.vm_id, sizeof(n.vm_id), "/subscriptions/s/%lld/%lld%0*d",
		 (long long)cluster_id, (long long)index, wordy ? 250 : 1, 0);
	snprintf(n.set_id, sizeof(n.set_id), "/subscriptions/s/set%0*d", wordy ? 250 : 1, 0);
	if (store_node_add(st, &n, &err) < 0)
		fail_msg("%s", err.msg);
}

/* Nodes as an engine that was here before left them. */
static void fill_store(struct world *w)
{
	char *path = xasprintf("%s/engine.db", w->state_dir);
	struct store *st = store_open(path, true, NULL);
	struct cluster *c;
	size_t n;

	assert_non_null(st);
	assert_int_equal(store_clusters(st, &c, &n, false, NULL), 0);
	assert_int_equal(store_begin(st, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		int64_t count = strcmp(c[i].name, "big") == 0  ? BIG
				: strcmp(c[i].name, "aa") == 0 ? 3
							       : 0;

		for (int64_t k = count; k > 0; k--)
			add_node(st, c[i].id, k, count == BIG);
		cluster_clear(&c[i]);
	}
	assert_int_equal(store_commit(st, NULL), 0);
	free(c);
	store_close(st);
	free(path);
}

static void on_change(void *arg)
{
	struct world *w = arg;

	w->changes++;
	w->hushed += mirror_quiet_ms(w->mirror) > 0;
}

static int up(void **state);

/* Time is the test's: what goes by waits for clock_test_advance(). */
static int up_still(void **state)
{
	clock_test_set(1795300000000);
	return up(state);
}

static int up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	const char *tmp = getenv("TMPDIR");

	*state = w;
	snprintf(w->dir, sizeof(w->dir), "%.40s/stream-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(w->dir));
	w->socket = xasprintf("%s/socket", w->dir);
	w->state_dir = xasprintf("%s/state", w->dir);
	w->loop = loop_new(NULL);
	w->cloud = (struct cloud_record){ .name = xstrdup("azsim"),
					  .provider = xstrdup("azure"),
					  .arm = xstrdup("https://127.0.0.1:1"),
					  .authority = xstrdup("https://127.0.0.1:1"),
					  .audience = xstrdup("https://127.0.0.1:1"),
					  .tenant = xstrdup("t"),
					  .subscription = xstrdup("s"),
					  .client_id = xstrdup("c"),
					  .transport = xstrdup("local"),
					  .client_secret_file = xasprintf("%s/none", w->dir) };
	w->templates = (struct strs)STRS_INIT(4);
	strs_add(&w->templates, "templates");
	strs_addf(&w->templates, "%s/own", w->dir);
	w->rules.admin_uid = getuid();
	w->user = (struct user){ .uid = getuid(), .name = "op", .role = ROLE_ADMIN };
	open_engine(w);
	make_cluster(w, "aa");
	make_cluster(w, "bb");
	make_cluster(w, "big");
	engine_free(w->engine);
	fill_store(w);
	open_engine(w);
	open_server(w);
	w->client = client_new(w->loop, w->socket, getuid());
	w->mirror = mirror_new(w->client, on_change, w);
	w->got = (struct buf)BUF_INIT(BUF_TEXT_MAX);
	return 0;
}

static int down(void **state)
{
	struct world *w = *state;

	if (clock_is_test())
		clock_test_end();

	mirror_free(w->mirror);
	client_free(w->client);
	if (w->call)
		http_local_cancel(w->call);
	if (w->stream)
		http_local_cancel(w->stream);
	server_free(w->server);
	engine_free(w->engine);
	loop_free(w->loop);
	cloud_record_clear(&w->cloud);
	strs_clear(&w->templates);
	buf_clear(&w->got);
	free(w->socket);
	free(w->state_dir);
	if (file_remove_tree(w->dir, NULL) < 0)
		return -1;
	free(w);
	return 0;
}

static struct window window(const char *id, enum noun noun, const char *cluster,
			    const char *filter)
{
	struct window v = { .noun = noun, .count = 100 };

	snprintf(v.id, sizeof(v.id), "%s", id);
	snprintf(v.cluster, sizeof(v.cluster), "%s", cluster);
	snprintf(v.filter, sizeof(v.filter), "%s", filter);
	return v;
}

#define WAIT_FOR(w, condition)                                                                 \
	do {                                                                                   \
		int64_t end = clock_wall_ms() + WAIT_MS;                                       \
		while (!(condition) && clock_wall_ms() < end)                                  \
			loop_turn((w)->loop, 50);                                              \
		if (!(condition))                                                              \
			fail_msg("never: %s; %s", #condition, mirror_link_text((w)->mirror));  \
	} while (0)

static struct mirror_rows rows(const struct world *w, const char *id)
{
	struct mirror_rows r;

	if (!mirror_rows(w->mirror, id, &r))
		r = (struct mirror_rows){ .total = -1, .error = "" };
	return r;
}

/*
 * The client that keeps every byte
 */

static void on_bytes(void *arg, const char *data, size_t n)
{
	buf_add(&((struct world *)arg)->got, data, n);
}

static void note_end(struct world *w, const struct http_reply *reply)
{
	w->status = reply ? reply->status : -1;
	snprintf(w->answer, sizeof(w->answer), "%.399s", reply ? reply->body : "");
}

static void on_end(void *arg, const struct http_reply *reply, const struct err *err)
{
	(void)err;
	((struct world *)arg)->call = NULL;
	note_end(arg, reply);
}

static void on_stream_end(void *arg, const struct http_reply *reply, const struct err *err)
{
	(void)err;
	((struct world *)arg)->stream = NULL;
	note_end(arg, reply);
}

static void spy_ask(struct world *w, const char *method, const char *path, const char *body)
{
	static const char *const headers[] = { "Content-Type: application/json", NULL };
	bool streams = strcmp(method, "POST") == 0;
	struct http_local_request q = { .method = method,
					.target = path,
					.socket = w->socket,
					.headers = headers,
					.body = body,
					.body_len = strlen(body),
					.on_body = streams ? on_bytes : NULL,
					.total_ms = -1 };

	w->status = 0;
	if (streams)
		w->stream = http_local_send(w->loop, &q, on_stream_end, w);
	else
		w->call = http_local_send(w->loop, &q, on_end, w);
}

static size_t count(const struct world *w, const char *part)
{
	size_t n = 0;

	for (const char *at = strstr(buf_str(&w->got), part); at; at = strstr(at + 1, part))
		n++;
	return n;
}

/* The last whole line that has the text; NULL: none yet. Yours. */
static char *line_with(const struct world *w, const char *part)
{
	char *found = NULL;
	const char *line = buf_str(&w->got), *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		char *text = xstrndup(line, (size_t)(end - line));

		if (strstr(text, part)) {
			free(found);
			found = text;
		} else {
			free(text);
		}
	}
	return found;
}

static bool has_line(const struct world *w, const char *part)
{
	char *line = line_with(w, part);

	free(line);
	return line != NULL;
}

#define NODES	 "{\"id\":\"n\",\"noun\":\"node\",\"cluster\":\"aa\"}"
#define CLUSTERS "{\"id\":\"c\",\"noun\":\"cluster\"}"
#define EVENTS	 "{\"id\":\"e\",\"noun\":\"event\"}"

static void keep(struct world *w, const char *node, bool yes)
{
	struct strs names = STRS_INIT(2);
	struct err err = ERR_INIT;

	strs_add(&names, node);
	if (engine_node_keep(w->engine, &w->user, "aa", &names, yes, &err) < 0)
		fail_msg("%s", err.msg);
	strs_clear(&names);
}

/*
 * Tests
 */

static void the_first_picture_is_whole(void **state)
{
	struct world *w = *state;
	struct window v[] = {
		window("c", NOUN_CLUSTER, "", ""),   window("n", NOUN_NODE, "aa", ""),
		window("t", NOUN_TEMPLATE, "", ""),  window("e", NOUN_EVENT, "", ""),
		window("o", NOUN_OPERATION, "", ""), window("a", NOUN_ARRAY, "aa", ""),
		window("j", NOUN_JOB, "aa", "")
	};
	struct mirror_rows r;

	assert_int_equal(mirror_link(w->mirror), MIRROR_CONNECTING);
	assert_null(mirror_engine(w->mirror));
	mirror_watch(w->mirror, v, ARRAY_LEN(v));
	WAIT_FOR(w, rows(w, "j").total == 0);
	assert_int_equal(mirror_link(w->mirror), MIRROR_LIVE);
	assert_string_equal(mirror_engine(w->mirror)->site, "test");
	assert_int_equal(mirror_engine(w->mirror)->role, ROLE_ADMIN);
	r = rows(w, "c");
	assert_int_equal(r.n, 3);
	assert_string_equal(r.u.clusters[1].cluster.name, "bb");
	assert_int_equal(r.u.clusters[0].view.nodes, 3);
	r = rows(w, "n");
	assert_int_equal(r.n, 3);
	assert_string_equal(r.u.nodes[0].name, "htc-1"); /* stored the other way round */
	assert_string_equal(r.u.nodes[2].name, "htc-3");
	assert_string_equal(rows(w, "t").u.templates[0].name, "slurm");
	r = rows(w, "e");
	assert_int_equal(r.noun, NOUN_EVENT);
	assert_int_equal(r.n, 3);
	assert_true(r.u.events[0].seq > r.u.events[1].seq);
	assert_int_equal(rows(w, "o").total, 0);
	assert_int_equal(rows(w, "a").u.arrays[1].live, 3);
	assert_int_equal(r.changed[0], 0);
}

static void one_changed_row_is_one_row(void **state)
{
	struct world *w = *state;
	struct window v[] = { window("n", NOUN_NODE, "aa", "") };
	char *line;

	mirror_watch(w->mirror, v, 1);
	spy_ask(w, "POST", "/v1/stream", "{\"windows\":[" NODES "," CLUSTERS "]}");
	WAIT_FOR(w, rows(w, "n").n == 3 && has_line(w, "\"window\":\"c\""));
	keep(w, "htc-2", true);
	WAIT_FOR(w, has_line(w, "\"set\"") && rows(w, "n").u.nodes[1].keep_alive);
	line = line_with(w, "\"set\"");
	assert_non_null(strstr(line, "\"set\":{\"1\":{"));
	assert_null(strstr(line, "htc-1"));
	assert_null(strstr(line, "htc-3"));
	print_message("# one changed node: %zu bytes\n", strlen(line) + 1);
	assert_true(strlen(line) < 700);
	free(line);
	assert_int_equal(count(w, "\"window\":\"n\""), 2);
	assert_int_equal(rows(w, "n").changed[1], mirror_revision(w->mirror));
	assert_int_equal(rows(w, "n").changed[0], 0);
	assert_false(rows(w, "n").u.nodes[0].keep_alive);
}

/* A change elsewhere is the moment at which nothing may come. */
static void what_did_not_change_is_not_sent(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;

	spy_ask(w, "POST", "/v1/stream", "{\"windows\":[" NODES "," CLUSTERS "," EVENTS "]}");
	WAIT_FOR(w, has_line(w, "\"window\":\"e\""));
	for (int i = 0; i < 3; i++) {
		size_t events = count(w, "\"window\":\"e\"");

		assert_int_equal(engine_pause(w->engine, &w->user, "bb", i % 2 == 0, &err), 0);
		WAIT_FOR(w, count(w, "\"window\":\"e\"") > events);
	}
	assert_int_equal(count(w, "\"window\":\"n\""), 1);
	assert_int_equal(count(w, "\"hello\""), 1);
	assert_int_equal(count(w, "\"engine\":{"), 1); /* in the hello */
	assert_non_null(strstr(buf_str(&w->got), "\"rows\":[{\"seq\""));
	assert_true(has_line(w, "},0,1,2")); /* a new event moves the others by number */
	assert_true(has_line(w, "\"window\":\"c\",\"total\":3,\"shown\":3,\"set\":{\"1\":{"));
	assert_int_equal(count(w, "\"set\":{\"0\""), 0);
}

static void a_mistake_in_a_filter_names_its_column(void **state)
{
	struct world *w = *state;
	struct window v[] = { window("n", NOUN_NODE, "aa", "htc colour:red"),
			      window("c", NOUN_CLUSTER, "", "") };

	mirror_watch(w->mirror, v, 2);
	WAIT_FOR(w, rows(w, "n").error[0] && rows(w, "c").n == 3);
	assert_int_equal(
	    strncmp(rows(w, "n").error, "at character 5: node rows have no \"colour\"", 42), 0);
	assert_int_equal(rows(w, "n").n, 0);
	v[0] = window("n", NOUN_NODE, "aa", "name:htc-1,htc-3");
	mirror_watch(w->mirror, v, 2);
	WAIT_FOR(w, rows(w, "n").n == 2 && !rows(w, "n").error[0]);
	assert_int_equal(rows(w, "n").total, 3);
	assert_int_equal(rows(w, "n").shown_total, 2);
	v[0] = window("n", NOUN_NODE, "aa", "name:");
	mirror_watch(w->mirror, v, 2);
	WAIT_FOR(w, rows(w, "n").error[0]);
	assert_int_equal(rows(w, "n").n, 2); /* what is half typed leaves the last good rows */
}

static char *stream_path(const struct world *w)
{
	char *line = line_with(w, "\"hello\""), id[33] = "";

	memcpy(id, strstr(line, "\"stream\":\"") + 10, 32);
	free(line);
	return xasprintf("/v1/stream/%s", id);
}

static void other_windows_keep_what_was_sent(void **state)
{
	struct world *w = *state;
	char *path;

	spy_ask(w, "POST", "/v1/stream", "{\"windows\":[" NODES "," CLUSTERS "]}");
	WAIT_FOR(w, has_line(w, "\"window\":\"c\""));
	path = stream_path(w);
	spy_ask(w, "PUT", path,
		"{\"windows\":[" CLUSTERS
		",{\"id\":\"n\",\"noun\":\"node\",\"cluster\":\"aa\",\"filter\":\"htc-3\"}]}");
	WAIT_FOR(w, w->status && count(w, "\"window\":\"n\"") == 2);
	assert_int_equal(w->status, 200);
	assert_true(has_line(w, "\"total\":3,\"shown\":1,\"offset\":0,\"rows\":[{"));
	assert_int_equal(count(w, "\"window\":\"c\""), 1);
	/* Moved by one: two rows are there already. */
	spy_ask(w, "PUT", path,
		"{\"windows\":[{\"id\":\"n\",\"noun\":\"node\",\"cluster\":\"aa\"}]}");
	WAIT_FOR(w, w->status && count(w, "\"window\":\"n\"") == 3);
	spy_ask(
	    w, "PUT", path,
	    "{\"windows\":[{\"id\":\"n\",\"noun\":\"node\",\"cluster\":\"aa\",\"offset\":1}]}");
	WAIT_FOR(w, w->status && count(w, "\"window\":\"n\"") == 4);
	assert_true(has_line(w, "\"offset\":1,\"rows\":[1,2]}"));
	free(path);
}

static void wrong_requests_are_refused(void **state)
{
	struct world *w = *state;

	spy_ask(w, "PUT", "/v1/stream/00000000000000000000000000000000", "{\"windows\":[]}");
	WAIT_FOR(w, w->status);
	assert_int_equal(w->status, 404);
	spy_ask(w, "POST", "/v1/stream", "{\"windows\":[" NODES "," NODES "]}");
	WAIT_FOR(w, w->status);
	assert_int_equal(w->status, 422);
	assert_non_null(strstr(w->answer, "two windows are called"));
	spy_ask(w, "POST", "/v1/stream", "{}");
	WAIT_FOR(w, w->status);
	assert_int_equal(w->status, 422);
	spy_ask(w, "POST", "/v1/stream", "{\"windows\":[{\"id\":\"x\",\"noun\":\"fish\"}]}");
	WAIT_FOR(w, w->status);
	assert_int_equal(w->status, 422);
	spy_ask(w, "POST", "/v1/stream",
		"{\"windows\":[{\"id\":\"a name that is longer than any\",\"noun\":\"job\"}]}");
	WAIT_FOR(w, w->status);
	assert_int_equal(w->status, 422);
}

static void large_windows_come_in_parts(void **state)
{
	struct world *w = *state;
	struct window v[] = { window("n", NOUN_NODE, "big", "") };

	v[0].count = 1000;
	mirror_watch(w->mirror, v, 1);
	WAIT_FOR(w, rows(w, "n").n == BIG);
	assert_string_equal(rows(w, "n").u.nodes[0].name, "htc-1");
	assert_string_equal(rows(w, "n").u.nodes[BIG - 1].name, "htc-900");
	assert_int_equal(strlen(rows(w, "n").u.nodes[BIG - 1].set_id), 23 + 250 - 3);
}

/* A client that asks and does not read: what it is sent stays in its socket. */
static int deaf_client(struct world *w, const char *windows)
{
	int fd = unix_connect(w->socket, SOCK_NONBLOCK, NULL);
	char *body = xasprintf("{\"windows\":[%s]}", windows);
	char *text =
	    xasprintf("POST /v1/stream HTTP/1.1\r\nHost: engine\r\n"
		      "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
		      strlen(body), body);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	free(text);
	free(body);
	return fd;
}

static void turns(struct world *w, int64_t ms)
{
	for (int64_t end = clock_wall_ms() + ms; clock_wall_ms() < end;)
		loop_turn(w->loop, 20);
}

static bool reads_on(struct world *w, int fd)
{
	char part[65536];
	ssize_t n = read(fd, part, sizeof(part));

	if (n > 0)
		buf_add(&w->got, part, (size_t)n);
	return n != 0;
}

/* "rev" of a line is never below that of the one before. */
static void revisions_rise(const struct world *w)
{
	const char *at = buf_str(&w->got);
	unsigned long long last = 0;

	while ((at = strstr(at, "\"rev\":"))) {
		unsigned long long rev = strtoull(at += 6, NULL, 10);

		assert_true(rev >= last);
		last = rev;
	}
	assert_true(last > 0);
}

/*
 * R9.6. The stream tells states, not events: whoever falls behind misses lines and is then told
 * how it stands, which is the resync; whoever has a MiB unread is cut, and begins with a whole
 * picture (a_lost_engine_leaves_the_picture_and_comes_back).
 */
static void r9_6_who_falls_behind_is_told_how_it_stands_and_not_all_that_was(void **state)
{
	struct world *w = *state;
	int fd = deaf_client(w, "{\"id\":\"b\",\"noun\":\"node\",\"cluster\":\"big\","
				"\"count\":1000}," NODES);
	size_t told;

	turns(w, 1500); /* the large window fills its socket */
	for (int i = 0; i < 20; i++) {
		keep(w, "htc-2", i % 2 == 0);
		turns(w, 100);
	}
	keep(w, "htc-2", true);
	keep(w, "htc-3", true);
	WAIT_FOR(w, reads_on(w, fd) && has_line(w, "\"htc-3\"") &&
			count(w, "\"keep_alive\":true") >= 2);
	told = count(w, "\"window\":\"n\"");
	print_message("# 21 changes, of which %zu lines were told\n", told);
	assert_in_range(told, 1, 8);
	revisions_rise(w);
	close(fd);
	turns(w, 50);
}

static bool is_answered(int fd)
{
	int there = 0;

	return ioctl(fd, FIONREAD, &there) == 0 && there > 0;
}

/* Time goes on while it reads: what waits for the next pace comes. */
static bool reads_until(struct world *w, int fd, const char *behind, const char *text)
{
	const char *at;

	clock_test_advance(250);
	if (!reads_on(w, fd))
		return false;
	at = strstr(buf_str(&w->got), behind);
	return at && strstr(at, text);
}

static void r9_6_who_is_ten_seconds_behind_begins_anew(void **state)
{
	struct world *w = *state;
	int fd = deaf_client(w, "{\"id\":\"b\",\"noun\":\"node\",\"cluster\":\"big\","
				"\"count\":1000}," NODES);

	WAIT_FOR(w, is_answered(fd)); /* the large window fills its socket */
	for (int s = 0; s < 14; s++) {
		keep(w, "htc-2", s % 2 == 0);
		clock_test_advance(1000);
		turns(w, 5);
	}
	WAIT_FOR(w, reads_until(w, fd, "\"resync\":true", "\"window\":\"n\",\"noun\""));
	assert_int_equal(count(w, "\"resync\""), 1);
	revisions_rise(w);
	close(fd);
	turns(w, 50);
}

static void a_lost_engine_leaves_the_picture_and_comes_back(void **state)
{
	struct world *w = *state;
	struct window v[] = { window("n", NOUN_NODE, "aa", ""),
			      window("c", NOUN_CLUSTER, "", "") };

	mirror_watch(w->mirror, v, 2);
	WAIT_FOR(w, rows(w, "c").n == 3 && rows(w, "n").n == 3);
	server_free(w->server);
	w->server = NULL;
	WAIT_FOR(w, mirror_link(w->mirror) == MIRROR_LOST);
	assert_int_equal(rows(w, "n").n, 3);
	assert_non_null(mirror_engine(w->mirror));
	assert_int_equal(strncmp(mirror_link_text(w->mirror), "no answer for ", 14), 0);
	keep(w, "htc-1", true);
	v[1] = window("t", NOUN_TEMPLATE, "", "");
	mirror_watch(w->mirror, v, 2);
	open_server(w);
	WAIT_FOR(w, mirror_link(w->mirror) == MIRROR_LIVE && rows(w, "t").n == 1);
	assert_true(rows(w, "n").u.nodes[0].keep_alive);
	assert_int_equal(rows(w, "c").total, -1);
	assert_string_equal(mirror_link_text(w->mirror), "");
}

static void write_template(const char *path, const char *more)
{
	struct buf b = BUF_INIT(BUF_TEXT_MAX);
	struct err err = ERR_INIT;

	if (file_read(&b, "templates/slurm.yaml", &err) < 0)
		fail_msg("%s", err.msg);
	buf_adds(&b, more);
	if (file_write(path, buf_str(&b), b.len, 0644, &err) < 0)
		fail_msg("%s", err.msg);
	buf_clear(&b);
}

/* Time stands: what is kept of the files for some seconds does not grow old here. */
static void a_template_that_was_read_is_told_as_it_is_now(void **state)
{
	struct world *w = *state;
	struct window v[] = { window("t", NOUN_TEMPLATE, "", "") };
	char *own = xasprintf("%s/own", w->dir), *path = xasprintf("%s/mine.yaml", own);
	char before[65];

	assert_int_equal(file_make_dir(own, 0700, NULL), 0);
	write_template(path, "");
	mirror_watch(w->mirror, v, 1);
	WAIT_FOR(w, rows(w, "t").n == 2);
	assert_string_equal(rows(w, "t").u.templates[0].name, "mine");
	snprintf(before, sizeof(before), "%s", rows(w, "t").u.templates[0].hash);
	write_template(path, "# edited\n");
	spy_ask(w, "GET", "/v1/templates/mine", "");
	WAIT_FOR(w, w->status == 200);
	clock_test_advance(1000); /* of a stream's pace */
	WAIT_FOR(w, strcmp(rows(w, "t").u.templates[0].hash, before) != 0);
	free(path);
	free(own);
}

static void silence_is_broken_by_a_beat(void **state)
{
	struct world *w = *state;

	mirror_watch(w->mirror, NULL, 0);
	spy_ask(w, "POST", "/v1/stream", "{\"windows\":[" NODES "]}");
	WAIT_FOR(w, has_line(w, "\"window\":\"n\"") && mirror_link(w->mirror) == MIRROR_LIVE);
	for (int i = 1; i <= 3; i++) {
		clock_test_advance(15000);
		WAIT_FOR(w, count(w, "\"now_ms\":") == (size_t)i + 1); /* one is in the hello */
		WAIT_FOR(w, mirror_engine(w->mirror)->now_ms == clock_utc_ms());
	}
	assert_int_equal(mirror_link(w->mirror), MIRROR_LIVE);
	assert_int_equal(mirror_age_ms(w->mirror), 0);
}

static void an_engine_that_has_nothing_to_tell_shows_that_it_turns(void **state)
{
	struct world *w = *state;

	mirror_watch(w->mirror, NULL, 0);
	spy_ask(w, "POST", "/v1/stream", "{\"windows\":[" NODES "]}");
	WAIT_FOR(w, has_line(w, "\"window\":\"n\"") && mirror_link(w->mirror) == MIRROR_LIVE);
	for (int i = 1; i <= 4; i++) {
		clock_test_advance(3000);
		WAIT_FOR(w, count(w, "\n\n") == (size_t)i && mirror_age_ms(w->mirror) == 0);
	}
	assert_int_equal(w->hushed, 0);
	/* 6 s at once: its line is late */
	clock_test_advance(6000);
	WAIT_FOR(w, w->hushed == 1);
	WAIT_FOR(w, mirror_quiet_ms(w->mirror) == 0);
	assert_int_equal(mirror_link(w->mirror), MIRROR_LIVE);
}

/* 41 s at once: the beat is not read before the mirror has had enough. */
static void a_silent_engine_is_left(void **state)
{
	struct world *w = *state;

	mirror_watch(w->mirror, NULL, 0);
	WAIT_FOR(w, mirror_link(w->mirror) == MIRROR_LIVE);
	clock_test_advance(41000);
	WAIT_FOR(w, mirror_link(w->mirror) == MIRROR_LOST);
	assert_non_null(strstr(mirror_link_text(w->mirror), "for 41 s; trying again in 1 s"));
	clock_test_advance(1000);
	WAIT_FOR(w, mirror_link(w->mirror) == MIRROR_LIVE);
}

static void changes_come_at_most_four_times_a_second(void **state)
{
	struct world *w = *state;

	spy_ask(w, "POST", "/v1/stream", "{\"windows\":[" NODES "]}");
	WAIT_FOR(w, has_line(w, "\"window\":\"n\""));
	for (int i = 0; i < 5; i++) {
		keep(w, "htc-1", true);
		keep(w, "htc-2", i % 2 == 0);
		loop_turn(w->loop, 0);
	}
	assert_int_equal(count(w, "\"set\""), 0);
	clock_test_advance(250);
	WAIT_FOR(w, has_line(w, "\"set\""));
	assert_int_equal(count(w, "\"set\""), 1);
	assert_true(has_line(w, "\"set\":{\"0\":{"));
	assert_true(has_line(w, ",\"1\":{"));
}

/* A reading of the scheduler, as if it had just ended. */
static void read_queue(struct world *w, int64_t jobs, int64_t running)
{
	struct run *r = run_find(w->engine, "aa");
	struct queue *q = xcalloc(1, sizeof(*q));

	queue_init(q);
	for (int64_t i = 1; i <= jobs; i++) {
		struct job *j = queue_add_job(q);
		char id[16];

		j->id = pool_add(&q->pool, id,
				 (size_t)snprintf(id, sizeof(id), "%lld", (long long)i));
		j->state = i == running ? JOB_RUNNING : JOB_PENDING;
		j->tasks = 1;
	}
	q->read_ended_ms = clock_utc_ms();
	if (r->queue) {
		queue_clear(r->queue);
		free(r->queue);
	}
	r->queue = q;
	r->queue_source.ok_ms = clock_utc_ms();
	r->queue_source.ok_mono_ms = clock_mono_ms();
	run_changed(r);
}

#define JOBS_OF_AA "{\"id\":\"j\",\"noun\":\"job\",\"cluster\":\"aa\",\"count\":5}"

static void a_reading_sends_what_it_found_changed(void **state)
{
	struct world *w = *state;
	struct window v[] = { window("j", NOUN_JOB, "aa", "state:PD") };

	read_queue(w, 100, 2);
	mirror_watch(w->mirror, v, 1);
	spy_ask(w, "POST", "/v1/stream", "{\"windows\":[" JOBS_OF_AA "," CLUSTERS "]}");
	WAIT_FOR(w, has_line(w, "\"window\":\"c\"") && rows(w, "j").n == 99);
	clock_test_advance(1000);
	read_queue(w, 100, 2); /* the same again: only the cluster's age is younger */
	WAIT_FOR(w, count(w, "\"window\":\"c\"") == 2);
	assert_int_equal(count(w, "\"window\":\"j\""), 1);
	clock_test_advance(1000);
	read_queue(w, 101, 3);
	WAIT_FOR(w, count(w, "\"window\":\"j\"") == 2 && rows(w, "j").total == 101);
	assert_true(has_line(w, "\"total\":101,\"shown\":101,\"set\":{\"1\":{"));
	assert_string_equal(rows(w, "j").u.jobs[1].id, "2");
	assert_string_equal(rows(w, "j").u.jobs[2].id, "4");
	/* 15 s later every age is another, and nothing is told but the time. */
	clock_test_advance(15000);
	WAIT_FOR(w, count(w, "\"now_ms\":") == 2);
	assert_int_equal(count(w, "\"window\":\"c\""), 3);
	assert_int_equal(count(w, "\"window\":\"j\""), 2);
}

static void windows_that_come_and_go_stay_right(void **state)
{
	struct world *w = *state;
	struct window v[] = { window("n", NOUN_NODE, "aa", ""),
			      window("c", NOUN_CLUSTER, "", "") };

	mirror_watch(w->mirror, v, 2);
	WAIT_FOR(w, rows(w, "c").n == 3);
	for (int i = 0; i < 6; i++) {
		mirror_watch(w->mirror, v, 1);
		if (i % 2)
			loop_turn(w->loop, 0);
		v[0] = window("n", i % 3 ? NOUN_NODE : NOUN_ARRAY, i % 2 ? "aa" : "big", "");
		mirror_watch(w->mirror, v, 2);
		if (i % 3 == 0)
			loop_turn(w->loop, 0);
	}
	v[0] = window("n", NOUN_NODE, "aa", "");
	mirror_watch(w->mirror, v, 2);
	WAIT_FOR(w, rows(w, "c").n == 3 && rows(w, "n").n == 3);
	keep(w, "htc-3", true);
	WAIT_FOR(w, rows(w, "n").n == 3 && rows(w, "n").u.nodes[2].keep_alive);
	assert_int_equal(mirror_link(w->mirror), MIRROR_LIVE);
	assert_int_equal(rows(w, "n").noun, NOUN_NODE);
}

static void lists_answer_the_same_windows(void **state)
{
	struct world *w = *state;
	struct err err = ERR_INIT;
	struct json *j = client_wait_get(
	    w->client,
	    "/v1/clusters/big/nodes?filter=name~%22-1%5B0-9%5D%24%22&sort=-name&count=2", &err);

	if (!j)
		fail_msg("%s", err.msg);
	assert_int_equal(json_int(j, "total", 0), BIG);
	assert_int_equal(json_int(j, "shown", 0), 10);
	assert_int_equal(json_len(json_get(j, "rows")), 2);
	assert_string_equal(json_str(j, "rows.0.name", ""), "htc-19");
	json_free(j);
	j = client_wait_get(w->client, "/v1/clusters/aa/arrays", &err);
	assert_int_equal(json_int(j, "total", 0), 2);
	json_free(j);
	j = client_wait_get(w->client, "/v1/clusters/aa/jobs", &err);
	assert_int_equal(json_int(j, "total", -1), 0);
	json_free(j);
	assert_null(client_wait_get(w->client, "/v1/clusters/aa/nodes?filter=a%20b:c", &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_int_equal(strncmp(err.msg, "at character 3: ", 16), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_picture_is_whole, up, down),
		cmocka_unit_test_setup_teardown(one_changed_row_is_one_row, up, down),
		cmocka_unit_test_setup_teardown(what_did_not_change_is_not_sent, up, down),
		cmocka_unit_test_setup_teardown(a_mistake_in_a_filter_names_its_column, up,
						down),
		cmocka_unit_test_setup_teardown(other_windows_keep_what_was_sent, up, down),
		cmocka_unit_test_setup_teardown(wrong_requests_are_refused, up, down),
		cmocka_unit_test_setup_teardown(large_windows_come_in_parts, up, down),
		cmocka_unit_test_setup_teardown(
		    r9_6_who_falls_behind_is_told_how_it_stands_and_not_all_that_was, up, down),
		cmocka_unit_test_setup_teardown(r9_6_who_is_ten_seconds_behind_begins_anew,
						up_still, down),
		cmocka_unit_test_setup_teardown(a_lost_engine_leaves_the_picture_and_comes_back,
						up, down),
		cmocka_unit_test_setup_teardown(silence_is_broken_by_a_beat, up_still, down),
		cmocka_unit_test_setup_teardown(a_template_that_was_read_is_told_as_it_is_now,
						up_still, down),
		cmocka_unit_test_setup_teardown(
		    an_engine_that_has_nothing_to_tell_shows_that_it_turns, up_still, down),
		cmocka_unit_test_setup_teardown(a_silent_engine_is_left, up_still, down),
		cmocka_unit_test_setup_teardown(changes_come_at_most_four_times_a_second,
						up_still, down),
		cmocka_unit_test_setup_teardown(a_reading_sends_what_it_found_changed, up_still,
						down),
		cmocka_unit_test_setup_teardown(windows_that_come_and_go_stay_right, up, down),
		cmocka_unit_test_setup_teardown(lists_answer_the_same_windows, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
