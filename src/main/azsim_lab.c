#include "azsim_lab.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "azsim/guest/guest.h"
#include "azsim_machines.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strs.h"
#include "base/text.h"

enum { LINE_MAX_BYTES = 4096, FILE_MAX_BYTES = 1 << 20, WORDS_MAX = 8 };

struct lab {
	struct loop *loop;
	struct guests *guests;
	struct buf line;
};

static const char *const words[] = { [GUEST_BOOTED] = "booted",
				     [GUEST_STOPPED] = "stopped",
				     [GUEST_FAILED] = "failed",
				     [GUEST_DELETED] = "deleted" };

static void say(const char *what, const char *id, const char *text)
{
	printf("%s %s%s%s\n", what, id, *text ? " " : "", text);
	fflush(stdout);
}

static void on_event(void *arg, const char *id, enum guest_event ev, const char *text)
{
	(void)arg;
	say(words[ev], id, text);
}

/* start ID VNET ADDRESS KEYFILE SCRIPT: the host name is the id */
static int start(struct lab *lab, char *const *w, struct err *err)
{
	struct buf keys = BUF_INIT(FILE_MAX_BYTES), data = BUF_INIT(FILE_MAX_BYTES);
	int rc = file_read(&keys, w[4], err);

	if (rc == 0 && strcmp(w[5], "-") != 0)
		rc = file_read(&data, w[5], err);
	if (rc == 0) {
		const char *const lines[] = { buf_str(&keys), NULL };
		struct guest_spec s = { .id = w[1],
					.host_name = w[1],
					.vnet = w[2],
					.address = w[3],
					.prefix = 16,
					.admin = "azureuser",
					.ssh_keys = lines,
					.custom_data = data.data,
					.custom_data_len = data.len,
					.cpus = 2,
					.memory_mb = 4096 };
		rc = guest_start(lab->guests, &s, err);
	}
	buf_clear(&keys);
	buf_clear(&data);
	return rc;
}

static void obey(struct lab *lab, const struct strs *w)
{
	struct err err = ERR_INIT;
	int rc = -1;

	if (w->n == 6 && strcmp(w->v[0], "start") == 0)
		rc = start(lab, w->v, &err);
	else if (w->n == 2 && strcmp(w->v[0], "stop") == 0)
		rc = guest_stop(lab->guests, w->v[1], &err);
	else if (w->n == 2 && strcmp(w->v[0], "cut") == 0)
		rc = guest_power_cut(lab->guests, w->v[1], &err);
	else if (w->n == 2 && strcmp(w->v[0], "delete") == 0)
		rc = guest_delete(lab->guests, w->v[1], &err);
	else
		err_set(&err, ERR_INVALID,
			"start ID VNET ADDRESS KEYFILE SCRIPT|-, stop ID, cut ID, delete ID");
	if (rc < 0)
		say("error", w->n > 1 ? w->v[1] : "-", err.msg);
}

static void on_stdin(void *arg, unsigned int what)
{
	struct lab *lab = arg;
	char text[512];
	ssize_t n = read(0, text, sizeof(text));
	const char *nl;

	(void)what;
	if (n <= 0) {
		loop_stop(lab->loop);
		return;
	}
	if (buf_add(&lab->line, text, (size_t)n) < 0)
		buf_reset(&lab->line);
	while (lab->line.len > 0 && (nl = memchr(lab->line.data, '\n', lab->line.len))) {
		struct strs w = STRS_INIT(WORDS_MAX);
		if (strs_split(&w, lab->line.data, (size_t)(nl - lab->line.data), ' ') == 0)
			obey(lab, &w);
		strs_clear(&w);
		buf_drop(&lab->line, (size_t)(nl - lab->line.data) + 1);
	}
}

int lab_main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct lab lab = { .line = BUF_INIT(LINE_MAX_BYTES) };

	struct bastion *bastion;

	if (argc != 3)
		return 2;
	log_open("azsim", LOG_INFO);
	lab.loop = loop_new(&err);
	lab.guests = lab.loop ? guests_new(lab.loop, argv[1], on_event, &lab, &err) : NULL;
	bastion =
	    lab.guests ? bastion_new(lab.loop, lab.guests, argv[2], (gid_t)-1, &err) : NULL;
	if (!bastion) {
		guests_free(lab.guests);
		fprintf(stderr, "azsim: %s: %s\n", err_name(err.code), err.msg);
		if (lab.loop)
			loop_free(lab.loop);
		return err.code == ERR_UNSUPPORTED ? 77 : 1;
	}
	struct watch *in = watch_new(lab.loop, 0, WATCH_READ, on_stdin, &lab);
	say("ready", "-", "");
	loop_run(lab.loop);
	watch_free(in);
	bastion_free(bastion);
	guests_free(lab.guests);
	loop_free(lab.loop);
	buf_clear(&lab.line);
	return 0;
}

int lab_dial_main(int argc, char **argv)
{
	return argc == 4 ? bastion_dial(argv[1], argv[2], argv[3]) : 1;
}
