/*
 * through: the owner's side: one connection that waits, and a thread for each visitor.
 */
#include "cmd/web/relay/through.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "cmd/web/relay/pump.h"
#include "cmd/web/relay/relay.h"
#include "repo/git/program.h"
#include "transport/http/upgrade.h"
#include "transport/line/options.h"
#include "transport/line/pipe.h"
#include "transport/line/url.h"

#define GREET_SEC 20u
#define CHILD_END_MS 10000u /* for the server of a visitor to end after its pipes are closed */
#define PAUSE_MIN_MS 1000u
#define PAUSE_MAX_MS 300000u
#define AWAKE_STEP_MS 10000u /* between two checks whether the machine has slept */
#define SLEPT_MS 5000u
#define FULL_MS 200 /* between two checks whether a visitor has left */

typedef struct through {
	vv_through_options o;
	vv_url url;
	vv_mutex *notes_lock;
	atomic_uint visitors;
	bool told;                 /* that it waits */
	char said[VV_MESSAGE_MAX]; /* why it does not wait; "": it did */
} through;

/* "who: what", one line at a time. */
static void print_event(through *t, const char *who, const char *what)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(t->notes_lock);
	vv_notes_put(t->o.notes, "%s: %s", who, what);
}

static int64_t wall_ms(void)
{
	int64_t sec;
	uint32_t nsec;

	vv_now(&sec, &nsec);
	return sec * 1000 + nsec / 1000000;
}

/* Polls for at most ms. While a machine sleeps, only the clock of the day runs, and its connection may
 * end without a sign: the time is then over at once. A clock that was set forward costs one sign of
 * life. */
static int poll_awake(struct pollfd *polls, nfds_t count, uint64_t ms)
{
	const uint64_t until = vv_monotonic_ms() + ms;

	for (;;) {
		const uint64_t begun = vv_monotonic_ms();
		const int64_t wall = wall_ms();
		const uint64_t left = until > begun ? until - begun : 0;
		const uint64_t step = left < AWAKE_STEP_MS ? left : AWAKE_STEP_MS;
		const int ready = poll(polls, count, (int)step);

		if (ready != 0 || step == left) return ready;
		if (wall_ms() - wall > (int64_t)(vv_monotonic_ms() - begun + SLEPT_MS)) return 0;
	}
}

/* Waits for ms at most, less if the machine sleeps. Returns true if the owner stops. */
static bool wait_for_stop(const through *t, uint64_t ms)
{
	struct pollfd stop = {.fd = t->o.stop, .events = POLLIN};

	return poll_awake(&stop, 1, ms) > 0;
}

/* --- a visitor ---------------------------------------------------------------------------------- */

typedef struct visit {
	through *t;
	vv_upgrade *line;
} visit;

static const vv_through_guest *find_guest(const through *t, const vv_sealed_question *q)
{
	return q->guest ? NULL
			: vv_array_find(t->o.guests, t->o.guest_count, it,
					memcmp(it->key, q->key, VV_KEY_PUBLIC) == 0);
}

/* The rights of a visitor in a repository. */
typedef enum permit { MAY_ASK_ABOUT_COPIES, MAY_READ, MAY_WRITE } permit;

static permit permit_of(const through *t, const vv_through_guest *guest)
{
	if (guest && guest->writes) return MAY_WRITE;
	return guest || t->o.everybody ? MAY_READ : MAY_ASK_ABOUT_COPIES;
}

/* Returns the repository for the visitor, or NULL, with the reason in *refusal. Strangers learn no names. */
static const vv_through_repo *choose_repo(const through *t, const vv_sealed_question *q, permit may,
					  const char **refusal)
{
	const vv_through_repo *found = q->name[0] == '\0' && t->o.repo_count == 1
					       ? t->o.repos
					       : vv_array_find(t->o.repos, t->o.repo_count, it,
							       strcmp(it->name, q->name) == 0);

	if (may == MAY_ASK_ABOUT_COPIES && (!found || !found->holds)) {
		*refusal = "this machine lets in only keys that its owner has named";
		return NULL;
	}
	if (!found) {
		*refusal = "this machine serves no repository with this name";
	}
	return found;
}

static vv_status ignore_output(void *payload VV_UNUSED, const void *bytes VV_UNUSED,
			       size_t len VV_UNUSED, vv_error *err VV_UNUSED)
{
	return VV_OK; /* vv_run_start only wants to know that stdout is a pipe */
}

/* Not bound to this process: one that is killed while it writes the work tree would leave half of the
 * files. It ends when its pipes do. */
static vv_status start_server(vv_child *out, const through *t, const vv_through_repo *repo,
			      permit may, vv_error *err)
{
	static const char *const of_holder[] = {"--only-copies", NULL, "--push"};
	const char *argv[9];
	size_t n = 0;

	if (repo->holds) {
		vv_words_add(argv, &n, t->o.program, "vault", "serve", "--stdio", of_holder[may]);
	} else {
		vv_words_add(argv, &n, t->o.program, "serve", "--stdio",
			     may == MAY_WRITE ? NULL : "--read-only");
		vv_words_add(argv, &n, t->o.only_signed ? "--signed" : NULL);
	}
	vv_words_add(argv, &n, "--", repo->path);
	const vv_run run = {.argv = argv, .env = t->o.env, .talk = true, .take = ignore_output};
	return vv_run_start(out, &run, err);
}

/* It ends by itself when its stdin ends. */
static void end_server(vv_child *c)
{
	const uint64_t until = vv_monotonic_ms() + CHILD_END_MS;

	while (c->pid > 0 && !vv_os_has_ended(c->pid) && vv_monotonic_ms() < until) {
		vv_sleep_ms(10);
	}
	vv_child_stop(c);
}

static vv_status serve_visitor(through *t, vv_pump *p, const vv_through_repo *repo, permit may,
			       vv_error *err)
{
	vv_child server = VV_CHILD_NONE;
	vv_status rc = start_server(&server, t, repo, may, err);

	if (rc < 0) return rc;
	p->in = server.out;
	p->out = server.in;
	server.in = server.out = -1; /* the pump closes them */
	if ((rc = vv_sealed_stream_answer(p->stream, NULL, err)) == VV_OK &&
	    (rc = vv_sealed_stream_receive(p->stream, "", 0, err)) == VV_OK) {
		rc = vv_pump_run(p, err);
	}
	vv_pump_close(p);
	end_server(&server);
	return rc;
}

static vv_status answer_visitor(through *t, vv_pump *p, char who[VV_DID_TEXT], vv_error *err)
{
	const char *refusal = NULL;
	vv_status rc = vv_pump_greet(p, GREET_SEC, err);

	if (rc < 0) return rc;
	const vv_sealed_question *q = vv_sealed_stream_question(p->stream);
	const permit may = permit_of(t, find_guest(t, q));
	const vv_through_repo *repo = choose_repo(t, q, may, &refusal);
	if (!q->guest) {
		(void)snprintf(who, VV_DID_TEXT, "%s", vv_did_key_shows(q->key));
	}
	if (!repo) {
		rc = vv_sealed_stream_answer(p->stream, refusal, err);
		rc = rc < 0 ? rc : vv_pump_flush(p, GREET_SEC, err);
		return rc < 0 ? rc : vv_fail(err, VV_EREFUSED, "refused: %s", refusal);
	}
	if (!t->o.quiet) {
		static const char *const words[] = {"may ask about copies in", "may read",
						    "may read and write"};
		vv_auto(char) *what = vv_asprintf("%s '%s'", words[may], vv_text_shows(repo->name));
		print_event(t, who, what ? what : words[may]);
	}
	return serve_visitor(t, p, repo, may, err);
}

static void run_visit(void *payload)
{
	visit *v = payload;
	through *t = v->t;
	vv_auto(vv_sealed_stream) *stream = NULL;
	char who[VV_DID_TEXT] = "a guest";
	vv_error why;
	vv_status rc = vv_sealed_stream_own(&stream, t->o.key, &why);

	if (rc == VV_OK) {
		vv_pump p = {
			.stream = stream, .line = v->line, .in = -1, .out = -1, .stop = t->o.stop};
		rc = answer_visitor(t, &p, who, &why);
	}
	if (rc < 0 && !t->o.quiet) {
		print_event(t, who, why.message);
	}
	vv_upgrade_close(v->line);
	vv_free(v);
	(void)atomic_fetch_sub(&t->visitors, 1);
}

static void begin_visit(through *t, vv_upgrade *take_line)
{
	visit *v = vv_malloc(sizeof(*v));

	if (v) {
		*v = (visit){t, take_line};
		(void)atomic_fetch_add(&t->visitors, 1);
		if (vv_thread_leave(run_visit, v)) return;
		(void)atomic_fetch_sub(&t->visitors, 1);
		vv_free(v);
	}
	vv_upgrade_close(take_line); /* the visitor may try again */
}

/* --- waiting at the relay ----------------------------------------------------------------------- */

static vv_status prove_key(through *t, vv_upgrade *line, vv_error *err)
{
	uint8_t proof[VV_KEY_PUBLIC + VV_SIGNATURE], challenge[VV_RELAY_CHALLENGE];
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	const unsigned sec = t->o.answer_sec;
	vv_status rc = vv_upgrade_read_all(line, challenge, sizeof(challenge), sec, err);

	if (rc < 0) return rc;
	vv_buf_put(&bytes, challenge, sizeof(challenge));
	vv_buf_printf(&bytes, strchr(t->url.host, ':') ? "[%s]" : "%s", t->url.host);
	memcpy(proof, t->o.key->public_key, VV_KEY_PUBLIC);
	if ((rc = vv_buf_ok(&bytes, err)) < 0 ||
	    (rc = vv_key_sign(proof + VV_KEY_PUBLIC, t->o.key, VV_RELAY_PURPOSE, bytes.data,
			      bytes.len, err)) < 0) {
		return rc;
	}
	return vv_upgrade_write_all(line, proof, sizeof(proof), sec, err);
}

static vv_status read_acceptance(const through *t, vv_upgrade *line, vv_error *err)
{
	char byte = 0, reason[256];
	size_t len = 0;
	vv_status rc = vv_upgrade_read_all(line, &byte, 1, t->o.answer_sec, err);

	if (rc < 0 || byte == VV_RELAY_ACCEPTED) return rc;
	while (len < sizeof(reason) - 1 &&
	       vv_upgrade_read_all(line, reason + len, 1, t->o.answer_sec, VV_IGNORED) == VV_OK &&
	       reason[len] != '\n') {
		len++;
	}
	return vv_fail(err, VV_EREFUSED, "the relay does not accept this machine: %s",
		       vv_text_show(reason, len));
}

static vv_status open_line(vv_upgrade **out, through *t, vv_error *err)
{
	const vv_connect_options o = {.env = t->o.env};
	vv_auto(vv_upgrade) *line = NULL;
	vv_status rc;

	if ((rc = vv_upgrade_open(&line, &t->url, VV_RELAY_WAIT, VV_RELAY_PROTOCOL, t->o.answer_sec,
				  &o, err)) < 0 ||
	    (rc = prove_key(t, line, err)) < 0 || (rc = read_acceptance(t, line, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &line);
}

/* Waits for a visitor on the line; *called: one came. VV_OK and not called: the owner stops. */
static vv_status await_visitor(through *t, vv_upgrade *line, bool *called, vv_error *err)
{
	struct pollfd polls[2] = {{.fd = vv_upgrade_fd(line), .events = POLLIN},
				  {.fd = t->o.stop, .events = POLLIN}};
	const char alive = VV_RELAY_ALIVE, here = VV_RELAY_CALL;
	bool end, asked = false; /* a sign of life is not answered yet */
	vv_status rc;

	*called = false;
	for (;;) {
		char byte;
		const ssize_t got = vv_upgrade_read(line, &byte, 1, &end, err);
		if (got < 0) return (vv_status)got;
		if (end || (got > 0 && byte != VV_RELAY_ALIVE && byte != VV_RELAY_CALL)) {
			return vv_fail(err, VV_EIO, "the relay ended the connection");
		}
		if (got > 0 && byte == VV_RELAY_CALL) {
			*called = true;
			return vv_upgrade_write_all(line, &here, 1, t->o.answer_sec, err);
		}
		asked = asked && got == 0;
		if (got > 0) {
			continue;
		}
		const int ready = poll_awake(polls, 2,
					     asked ? t->o.answer_sec * 1000 : t->o.alive_ms);
		if (polls[1].revents) return VV_OK;
		if (ready == 0 && asked) {
			return vv_fail_idle(err, t->url.text, t->o.answer_sec);
		}
		if (ready == 0) {
			asked = true;
			rc = vv_upgrade_write_all(line, &alive, 1, t->o.answer_sec, err);
			if (rc < 0) return rc;
		}
	}
}

/* One connection, from its making to the visitor's call. *accepted: the relay took it. *ends: the owner
 * stops. */
static vv_status wait_once(through *t, bool *accepted, bool *ends, vv_error *err)
{
	vv_auto(vv_upgrade) *line = NULL;
	bool called = false;
	vv_status rc = open_line(&line, t, err);

	*accepted = rc == VV_OK;
	if (rc < 0) return rc;
	if (!t->told) {
		print_event(t, t->url.text, "waiting for visitors");
	}
	t->told = true;
	if ((rc = await_visitor(t, line, &called, err)) < 0) return rc;
	*ends = !called;
	if (called) {
		begin_visit(t, vv_take(&line));
	}
	return rc;
}

/* A random part, so that not all laptops of a relay that was started again come at once. */
static uint64_t longer_pause(uint64_t pause)
{
	uint32_t random;

	vv_random(&random, sizeof(random));
	pause = pause < PAUSE_MAX_MS / 2 ? pause * 2 : PAUSE_MAX_MS;
	return pause - random % (pause / 4);
}

/* Prints a failure once, even if it lasts for days. */
static void print_failure(through *t, const vv_error *why)
{
	vv_auto(char) *what = vv_asprintf("%s; trying again", why->message);

	if (strcmp(t->said, why->message) != 0) {
		(void)snprintf(t->said, sizeof(t->said), "%s", why->message);
		print_event(t, "no connection to the relay", what ? what : "trying again");
	}
	t->told = false;
}

static void wait_for_visitors(through *t)
{
	uint64_t pause = PAUSE_MIN_MS;
	bool accepted = false, ends = false;
	vv_error why;

	while (!ends) {
		if (atomic_load(&t->visitors) >= t->o.visitors) {
			ends = wait_for_stop(t, FULL_MS);
			continue;
		}
		const vv_status rc = wait_once(t, &accepted, &ends, &why);
		if (accepted) {
			pause = PAUSE_MIN_MS;
			t->said[0] = '\0';
		}
		if (rc < 0) {
			print_failure(t, &why);
			const uint64_t until = vv_monotonic_ms() + pause;
			ends = wait_for_stop(t, pause);
			/* who has slept may be elsewhere, and its network comes soon */
			pause = vv_monotonic_ms() < until ? PAUSE_MIN_MS : longer_pause(pause);
		}
	}
}

/* --- the start -------------------------------------------------------------------------------------- */

static void through_clear(through *t)
{
	vv_url_clear(&t->url);
	vv_mutex_free(t->notes_lock);
}

VV_AUTO_CLEAR(through, through_clear)

static vv_status open_through(through *t, vv_error *err)
{
	vv_status rc = vv_url_read(&t->url, t->o.url, err);

	if (rc < 0) return rc;
	if (t->url.kind != VV_URL_HTTP || *t->url.path || t->url.user) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is not the URL of a relay\nwrite http://HOST or https://HOST, "
			       "without a path",
			       vv_text_shows(t->url.text));
	}
	t->o.visitors = t->o.visitors ? t->o.visitors : 8;
	t->o.alive_ms = t->o.alive_ms ? t->o.alive_ms : 240000;
	t->o.answer_sec = t->o.answer_sec ? t->o.answer_sec : 20;
	t->notes_lock = vv_mutex_new();
	return t->notes_lock ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_through_check(const vv_through_options *o, vv_error *err)
{
	vv_auto(through) t = {.o = *o};

	return open_through(&t, err);
}

vv_status vv_through_run(const vv_through_options *o, vv_error *err)
{
	vv_auto(through) t = {.o = *o};
	vv_status rc = open_through(&t, err);

	if (rc < 0) return rc;
	wait_for_visitors(&t);
	while (atomic_load(&t.visitors) > 0) { /* their pumps see o->stop, too */
		vv_sleep_ms(10);
	}
	return VV_OK;
}
