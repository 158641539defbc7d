#define _GNU_SOURCE /* flock and realpath(NULL) with the group calls */
#include "azsim_state.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "azsim/world/world.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/text.h"
#include "base/tls.h"

static char *in_dir(const struct azsim_state *s, const char *name)
{
	return xasprintf("%s/%s", s->dir, name);
}

/* The pid in the file is for the sentence; the lock itself is the kernel's and ends with the
 * process. */
static int take_lock(struct azsim_state *s, struct err *err)
{
	char *path = in_dir(s, "lock"), text[32] = "";
	ssize_t n;

	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	free(path);
	if (s->lock < 0)
		return err_sys(err, "%s/lock", s->dir);
	if (flock(s->lock, LOCK_EX | LOCK_NB) != 0) {
		n = read(s->lock, text, sizeof(text) - 1);
		text[n > 0 ? (size_t)n : 0] = '\0';
		text[strcspn(text, "\n")] = '\0';
		close(s->lock);
		s->lock = -1;
		return err_set(
		    err, ERR_CONFLICT,
		    "another azsim (pid %s) uses %s: stop it, or choose another --state",
		    *text ? text : "unknown", s->dir);
	}
	if (ftruncate(s->lock, 0) != 0 || dprintf(s->lock, "%ld\n", (long)getpid()) < 0)
		return err_sys(err, "%s/lock", s->dir);
	return 0;
}

static int find_group(struct azsim_state *s, const char *name, struct err *err)
{
	struct group *g;

	s->group = (gid_t)-1;
	if (!name)
		return 0;
	errno = 0;
	g = getgrnam(name);
	if (!g)
		return err_set(err, ERR_NOT_FOUND, "there is no group \"%s\" on this machine",
			       name);
	s->group = g->gr_gid;
	return 0;
}

/* What the engine's user has to read is given to the group, and to nobody else. */
static int share(const struct azsim_state *s, const char *path, mode_t mode, struct err *err)
{
	if (s->group == (gid_t)-1)
		return 0;
	if (chown(path, (uid_t)-1, s->group) != 0 || chmod(path, mode) != 0)
		return err_sys(err, "%s for the group", path);
	return 0;
}

/* Reads a secret that is kept, or makes one. */
static int secret_file(const struct azsim_state *s, const char *name, char out[65],
		       struct err *err)
{
	char *path = in_dir(s, name);
	struct buf b = BUF_INIT(128);
	int rc = 0;

	if (file_exists(path) && file_read(&b, path, err) == 0 && b.len >= 64) {
		snprintf(out, 65, "%.64s", buf_str(&b));
	} else {
		rand_hex(out, 32);
		rc = file_write(path, out, 64, 0600, err);
	}
	buf_clear(&b);
	free(path);
	return rc;
}

static int load_key(struct azsim_state *s, struct err *err)
{
	char *path = in_dir(s, "token-key.pem");
	int rc = 0;

	if (file_exists(path)) {
		s->key = rsa_key_load(path, err);
		rc = s->key ? 0 : -1;
	} else {
		s->key = rsa_key_make(2048, err);
		rc = s->key ? rsa_key_save(s->key, path, err) : -1;
	}
	free(path);
	return rc;
}

int azsim_state_save_clock(const struct azsim_state *s, struct err *err)
{
	char *path = in_dir(s, "clock"), text[80];
	int n = snprintf(text, sizeof(text), "%.17g@%" PRId64 "\n", s->factor, s->anchor);
	int rc = file_write(path, text, (size_t)n, 0644, err);

	free(path);
	return rc;
}

int azsim_state_save_ports(const struct azsim_state *s, uint16_t port, uint16_t plain,
			   struct err *err)
{
	char *path = in_dir(s, "ports"), text[32];
	int n = snprintf(text, sizeof(text), "%u %u\n", port, plain);
	int rc = file_write(path, text, (size_t)n, 0644, err);

	free(path);
	return rc;
}

static void read_ports(struct azsim_state *s)
{
	char *path = in_dir(s, "ports");
	struct buf b = BUF_INIT(64);
	const char *text, *space;

	if (file_exists(path) && file_read(&b, path, NULL) == 0) {
		text = buf_str(&b);
		space = strchr(text, ' ');
		if (space) {
			num_read_n(&s->ports[0], text, (size_t)(space - text), 1, 65535);
			num_read_n(&s->ports[1], space + 1, strcspn(space + 1, "\n"), 1, 65535);
		}
	}
	buf_clear(&b);
	free(path);
}

static int read_clock(struct azsim_state *s, const char *text)
{
	const char *at = strchr(text, '@');
	char factor[32];

	if (!at || (size_t)(at - text) >= sizeof(factor))
		return -1;
	snprintf(factor, sizeof(factor), "%.*s", (int)(at - text), text);
	return num_read_real(&s->factor, factor, 1, 1000) != 0 ||
		       num_read_n(&s->anchor, at + 1, strcspn(at + 1, "\n"), INT64_MIN,
				  INT64_MAX) != 0
		   ? -1
		   : 0;
}

/* Simulated time never goes back: what is stored has moments in it. */
static int go_on(struct azsim_state *s, double wanted, struct err *err)
{
	double real = (double)clock_utc_ms(), sim;

	if (wanted == 0 || wanted == s->factor)
		return 0;
	sim = (double)s->anchor + (real - (double)s->anchor) * s->factor;
	if (wanted == 1 && sim > real + 1000)
		return err_set(
		    err, ERR_INVALID,
		    "this cloud's clock is ahead of the real one (it ran at factor %g): start it with "
		    "--clock-factor %g, or choose another --state",
		    s->factor, s->factor);
	if (wanted != 1)
		s->anchor = (int64_t)((sim - real * wanted) / (1 - wanted));
	s->factor = wanted;
	return 0;
}

static int set_clock(struct azsim_state *s, double wanted, struct err *err)
{
	const char *env = getenv("PACELINE_CLOCK");
	char *path = in_dir(s, "clock");
	struct buf b = BUF_INIT(128);
	bool kept = file_exists(path) && file_read(&b, path, NULL) == 0 &&
		    read_clock(s, buf_str(&b)) == 0;
	int rc = 0;

	if (env && (read_clock(s, env) != 0 || (wanted != 0 && wanted != s->factor)))
		rc = err_set(
		    err, ERR_INVALID,
		    "PACELINE_CLOCK=%s is not FACTOR@ANCHOR, or not what --clock-factor says",
		    env);
	else if (!env && kept)
		rc = go_on(s, wanted, err);
	else if (!env) {
		s->factor = wanted == 0 ? 1 : wanted;
		s->anchor = clock_utc_ms();
	}
	if (rc == 0) {
		clock_scale(s->factor, s->anchor);
		rc = azsim_state_save_clock(s, err);
	}
	buf_clear(&b);
	free(path);
	return rc;
}

static int make_files(struct azsim_state *s, const struct azsim_options *o, struct err *err)
{
	char *secret = in_dir(s, "client.secret"), *ca = in_dir(s, "ca.pem"),
	     *bin = in_dir(s, "bin");
	int rc = -1;

	read_ports(s);
	if (tls_make_local(s->dir, err) == 0 && load_key(s, err) == 0 &&
	    secret_file(s, "client.secret", s->secret, err) == 0 &&
	    secret_file(s, "control.key", s->control_key, err) == 0 &&
	    file_make_dir(bin, 0755, err) == 0 && share(s, s->dir, 0710, err) == 0 &&
	    share(s, secret, 0640, err) == 0 && share(s, ca, 0644, err) == 0 &&
	    set_clock(s, o->factor, err) == 0)
		rc = 0;
	free(secret);
	free(ca);
	free(bin);
	return rc;
}

int azsim_state_open(struct azsim_state *s, const struct azsim_options *o, struct err *err)
{
	*s = (struct azsim_state){ .lock = -1, .factor = 1 };
	if (file_make_dir(o->state, 0700, err) != 0)
		return -1;
	s->dir = realpath(o->state, NULL);
	if (!s->dir)
		return err_sys(err, "%s", o->state);
	return file_check_dir(s->dir, err) == 0 && take_lock(s, err) == 0 &&
		       find_group(s, o->group, err) == 0
		   ? make_files(s, o, err)
		   : -1;
}

void azsim_state_close(struct azsim_state *s)
{
	rsa_key_free(s->key);
	free(s->dir);
	if (s->lock >= 0)
		close(s->lock);
	*s = (struct azsim_state){ .lock = -1 };
}

/* A double-quoted YAML scalar. */
static void add_line(struct buf *b, const char *key, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void add_line(struct buf *b, const char *key, const char *fmt, ...)
{
	struct buf text = BUF_INIT(65536);
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	buf_addf(b, "%s: \"", key);
	for (const char *p = buf_str(&text); *p; p++) {
		if (*p == '"' || *p == '\\')
			buf_addc(b, '\\');
		buf_addc(b, *p);
	}
	buf_adds(b, "\"\n");
	buf_clear(&text);
}

static void add_ssh(struct buf *b, const struct azsim_state *s, const struct azsim_record *r)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? (size_t)n : 0] = '\0';
	buf_adds(b, "ssh:\n");
	if (r->guests_socket) {
		buf_adds(b, "  transport: ssh\n");
		add_line(b, "  proxy_command", "%s connect %%h %%p --socket %s", self,
			 r->guests_socket);
	} else {
		buf_adds(b, "  transport: local\n");
		add_line(b, "  bin", "%s/bin", s->dir);
	}
}

int azsim_state_write_record(const struct azsim_state *s, const struct azsim_record *r,
			     struct err *err)
{
	struct buf b = BUF_INIT(65536);
	char *path = in_dir(s, "cloud.yaml");
	int rc;

	buf_adds(
	    &b,
	    "# written by azsim at each start: how an engine reaches this simulated cloud\n");
	buf_adds(&b, "name: azsim\nsimulated: true\n");
	add_line(&b, "arm", "https://127.0.0.1:%u", r->port);
	add_line(&b, "authority", "https://127.0.0.1:%u", r->port);
	add_line(&b, "metadata",
		 "https://127.0.0.1:%u/metadata/endpoints?api-version=2022-09-01", r->port);
	add_line(&b, "ca_file", "%s/ca.pem", s->dir);
	add_line(&b, "tenant", "%s", AZ_TENANT);
	add_line(&b, "subscription", "%s", AZ_SUBSCRIPTION);
	add_line(&b, "client_id", "%s", AZSIM_CLIENT_ID);
	add_line(&b, "client_secret_file", "%s/client.secret", s->dir);
	add_line(&b, "prices", "http://127.0.0.1:%u/api/retail/prices", r->plain_port);
	add_line(&b, "control", "http://127.0.0.1:%u/azsim", r->plain_port);
	add_line(&b, "clock", "%.17g@%" PRId64, s->factor, s->anchor);
	add_ssh(&b, s, r);
	rc = file_write(path, buf_str(&b), b.len, 0644, err);
	if (rc == 0)
		rc = share(s, path, 0644, err);
	free(path);
	buf_clear(&b);
	return rc;
}
