/*
 * write_turn: taking it, waiting for it, and how a program that its holder runs is recognised.
 *
 * The file's first line is the holder (base/holder.h), its second a number that no other turn has.
 */
#include "repo/git/write_turn.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/locks/file_lock.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/lock.h"
#include "repo/git/repository_internal.h"

#define TURN_FILE "turn"
#define SETTING "VARVE_TURN"
#define WAIT_MS 60000u
#define STEP_MS 250u /* between two looks at whether to continue waiting */

/* Reads the holder from the file; "" and false: invalid. */
static bool read_turn(vv_holder *holder, char number[17], const char *path)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	char *end = NULL;

	number[0] = '\0';
	if (vv_read_regular(&text, path, 2 * VV_HOLDER_TEXT, VV_IGNORED) == VV_OK) {
		end = strchr(vv_buf_cstr(&text), '\n');
	}
	if (!end) return false;
	*end++ = '\0';
	(void)snprintf(number, 17, "%.16s", end);
	return vv_holder_parse(holder, text.data);
}

/* Is this process run by the holder, which waits for it? */
static bool is_lent(const vv_repository *r, const char *path)
{
	const char *given = vv_env_get(r->env, SETTING);
	vv_holder holder;
	char number[17];

	return given && *given && read_turn(&holder, number, path) && strcmp(given, number) == 0;
}

bool vv_write_turn_is_lent(const vv_repository *r)
{
	vv_auto(char) *path = vv_path_join(r->statedir, TURN_FILE, (char *)NULL);

	return path && is_lent(r, path);
}

/* Not synced: after a power cut it is free. */
static vv_status name_holder(vv_repository *r, const char *path, vv_error *err)
{
	char text[VV_HOLDER_TEXT], whole[VV_HOLDER_TEXT + 32];
	const void *const here[] = {r};
	int64_t sec;
	uint32_t nsec;

	vv_holder_text(text, vv_repository_holder(r));
	vv_now(&sec, &nsec);
	uint64_t number = vv_xxh3(text, strlen(text), (uint64_t)sec * 1000000000u + nsec);
	number = vv_xxh3(here, sizeof(here), number);
	(void)snprintf(r->turn_setting, sizeof(r->turn_setting), SETTING "=%016" PRIx64, number);
	(void)snprintf(whole, sizeof(whole), "%s\n%016" PRIx64 "\n", text, number);
	if (ftruncate(r->turn, 0) < 0) return vv_fail_errno(err, "cannot write", path);
	return vv_write_full(r->turn, whole, strlen(whole), path, err);
}

static vv_status fail_locked(vv_repository *r, const char *path, vv_error *err)
{
	const vv_holder *self = vv_repository_holder(r);
	vv_holder holder;
	char number[17];

	if (!read_turn(&holder, number, path)) {
		(void)vv_fail(err, VV_ELOCKED,
			      "another varve process is writing in this work tree");
	} else if (holder.pid == self->pid && holder.started == self->started) {
		return vv_fail(err, VV_ELOCKED,
			       "this process already has an open transaction in this work "
			       "tree\nend that transaction first");
	} else {
		(void)vv_fail(err, VV_ELOCKED,
			      "varve, process %" PRIu64 " on '%s', is writing in this work tree",
			      holder.pid, vv_text_shows(holder.host));
	}
	return vv_hint(err, "wait until that process ends, or end it; it may have an editor or a "
			    "transaction open");
}

static vv_status acquire_turn(vv_repository *r, unsigned wait_ms, vv_error *err)
{
	const uint64_t begun = vv_monotonic_ms();
	const vv_progress *progress = NULL;
	vv_status rc;
	int fd;

	if (r->bare || r->close_turn) return VV_OK;
	vv_auto(char) *path = vv_path_join(r->statedir, TURN_FILE, (char *)NULL);
	if ((rc = vv_mkdirs(r->statedir, err)) < 0) return rc;
	while ((fd = vv_lock(path, true, wait_ms < STEP_MS ? wait_ms : STEP_MS, err)) ==
	       VV_ELOCKED) {
		const uint64_t waited = vv_monotonic_ms() - begun;

		if (is_lent(r, path)) return VV_OK;
		if (waited >= wait_ms) return fail_locked(r, path, err);
		progress = progress ? progress : vv_notes_begin(r->notes);
		if ((rc = vv_progress_part(progress, "waiting for another varve process", waited,
					   wait_ms, err)) < 0) {
			return rc;
		}
	}
	if (fd < 0) return (vv_status)fd;
	r->turn = fd;
	r->close_turn = vv_write_turn_release;
	if ((rc = vv_share_fd(r, fd, path, err)) < 0 || (rc = name_holder(r, path, err)) < 0) {
		vv_write_turn_release(r);
	}
	return rc;
}

vv_status vv_write_turn_take(vv_repository *r, vv_error *err)
{
	return acquire_turn(r, WAIT_MS, err);
}

vv_status vv_write_turn_try(vv_repository *r, vv_error *err)
{
	return acquire_turn(r, 0, err);
}

const char *vv_write_turn_setting(const vv_repository *r)
{
	return r->close_turn ? r->turn_setting : NULL;
}

void vv_write_turn_release(vv_repository *r)
{
	if (!r->close_turn) return;
	/* A child that was forked meanwhile has the descriptor, too: it neither ends the turn nor continues with it. */
	if (r->self.pid == (uint64_t)getpid()) {
		(void)flock(r->turn, LOCK_UN);
	}
	vv_fd_close(&r->turn);
	r->close_turn = NULL;
	r->turn_setting[0] = '\0';
}
