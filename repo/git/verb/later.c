/*
 * later: the note's parts, and which locks git takes.
 */
#include "repo/git/verb/later.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/locks/own_file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/refs.h"
#include "repo/git/lock.h"
#include "repo/git/repository_internal.h"

#define NAME "later"
#define FORM "varve-later "
#define VERSION "1"
#define DYING_MS 1000u
#define STEP_MS 50
#define NOTE_MAX ((size_t)1 << 30)

static char *place_of(const vv_repository *r)
{
	return vv_path_join(r->statedir, NAME, (char *)NULL);
}

static void put_part(vv_buf *b, const char *text)
{
	vv_buf_put(b, text, strlen(text) + 1);
}

vv_status vv_later_must_be_free(vv_repository *r, vv_error *err)
{
	vv_auto(vv_later) there = {0};
	const vv_status rc = vv_later_read(&there, r, err);

	if (rc < 0) return vv_missing_ok(rc, err);
	if (!there.back || there.own) return VV_OK;
	return vv_fail(err, VV_ELOCKED,
		       "another varve process is changing files of this work tree\ntry again when "
		       "that process has ended");
}

vv_status vv_later_append(vv_repository *r, const char *parts, size_t len, vv_error *err)
{
	vv_auto(char) *place = place_of(r);
	vv_auto(vv_fd) fd = place ? vv_open_own(place, O_WRONLY | O_APPEND, err)
				  : (int)vv_fail_nomem(err);

	return fd < 0 ? (vv_status)fd : vv_write_full(fd, parts, len, place, err);
}

vv_status vv_later_write(vv_repository *r, vv_later *l, vv_error *err)
{
	vv_auto(char) *place = place_of(r);
	vv_auto(vv_buf) b = VV_BUF_INIT;
	char holder[VV_HOLDER_TEXT];
	vv_status rc;

	if (!place) return vv_fail_nomem(err);
	if ((rc = vv_later_must_be_free(r, err)) < 0) return rc;
	vv_holder_text(holder, vv_repository_holder(r));
	put_part(&b, FORM VERSION);
	put_part(&b, holder);
	put_part(&b, l->what);
	put_part(&b, vv_oid_shows(&l->from));
	put_part(&b, vv_oid_shows(&l->to));
	put_part(&b, l->ref ? l->ref : "");
	put_part(&b, vv_oid_shows(&l->ref_old));
	put_part(&b, l->command ? l->command : "");
	put_part(&b, l->back ? "back" : l->locks ? "locks" : l->discards ? "discards" : "");
	vv_buf_put(&b, l->changed.data, l->changed.len);
	if ((rc = vv_buf_ok(&b, err)) < 0 || (rc = vv_mkdirs(r->statedir, err)) < 0 ||
	    (rc = vv_write_file(place, b.data, b.len, true, err)) < 0 ||
	    (rc = vv_lstat(&l->made, place, err)) < 0) {
		return rc;
	}
	return vv_share(r, place, err);
}

/* The next part, borrowed; NULL: there is none. */
static const char *next_part(const vv_buf *b, size_t *at)
{
	const char *part = *at < b->len ? b->data + *at : NULL,
		   *end = part ? memchr(part, '\0', b->len - *at) : NULL;

	*at = end ? (size_t)(end - b->data) + 1 : b->len;
	return end ? part : NULL;
}

static vv_status read_parts(vv_later *l, vv_holder *holder, const char *place, vv_error *err)
{
	size_t at = 0;
	const char *form = next_part(&l->text, &at), *who = next_part(&l->text, &at);

	l->what = next_part(&l->text, &at);
	const char *from = next_part(&l->text, &at), *to = next_part(&l->text, &at);
	l->ref = next_part(&l->text, &at);
	const char *old = next_part(&l->text, &at);
	l->command = next_part(&l->text, &at);
	const char *discards = next_part(&l->text, &at);
	if (form && strncmp(form, FORM, strlen(FORM)) == 0 && strcmp(form, FORM VERSION) != 0) {
		return vv_fail(
			err, VV_ENOSUPPORT,
			"a command of a newer varve was interrupted here, and this varve cannot "
			"complete it\nupgrade varve, or run a command with the newer varve");
	}
	if (!form || !who || !l->what || !discards || strcmp(form, FORM VERSION) != 0 ||
	    !vv_holder_parse(holder, who) || !vv_oid_parse(&l->from, from, strlen(from)) ||
	    !vv_oid_parse(&l->to, to, strlen(to)) || !vv_oid_parse(&l->ref_old, old, strlen(old))) {
		return vv_fail(err, VV_ECORRUPT,
			       "'%s', the record of an interrupted command, is damaged\ncheck the "
			       "files with 'git status', then remove the record",
			       vv_text_shows(place));
	}
	l->ref = *l->ref ? l->ref : NULL;
	l->command = *l->command ? l->command : NULL;
	l->discards = strcmp(discards, "discards") == 0;
	l->locks = strcmp(discards, "locks") == 0;
	l->back = strcmp(discards, "back") == 0;
	vv_buf_put(&l->changed, l->text.data + at, l->text.len - at);
	return vv_buf_ok(&l->changed, err);
}

vv_status vv_later_read(vv_later *out, vv_repository *r, vv_error *err)
{
	vv_auto(char) *place = place_of(r);
	char own[VV_HOLDER_TEXT];
	vv_holder holder;
	vv_stat again;
	vv_status rc;

	*out = (vv_later){.text = VV_BUF_INIT, .changed = VV_BUF_INIT};
	if ((rc = vv_lstat(&out->made, place, err)) < 0 ||
	    (rc = vv_read_regular(&out->text, place, NOTE_MAX, err)) < 0 ||
	    (rc = read_parts(out, &holder, place, err)) < 0) {
		return rc;
	}
	vv_holder_text(own, vv_repository_holder(r));
	out->own = strcmp(vv_buf_cstr(&out->text) + sizeof(FORM VERSION), own) == 0;
	out->alive = vv_holder_state_of(&holder, vv_repository_holder(r), out->made.mtime_sec) !=
		     VV_HOLDER_DEAD;
	if (!out->alive) {
		/* it may have completed since: a process drops its note before it ends */
		if ((rc = vv_lstat(&again, place, err)) < 0) return rc;
		out->alive = again.ino != out->made.ino;
	}
	return VV_OK;
}

vv_status vv_later_drop(vv_repository *r, vv_error *err)
{
	vv_auto(char) *place = place_of(r);

	vv_status rc = vv_unlink(place, true, err);
	return rc < 0 ? rc : vv_fsync_dir(r->statedir, err);
}

void vv_later_clear(vv_later *l)
{
	vv_buf_clear_all(&l->changed, &l->text);
}

bool vv_later_is_older(const vv_later *l, const vv_stat *st)
{
	return st->ctime_sec < l->made.mtime_sec ||
	       (st->ctime_sec == l->made.mtime_sec && st->ctime_nsec < l->made.mtime_nsec);
}

bool vv_later_was_changed(const vv_later *l, const char *path)
{
	const char *part;

	for (size_t at = 0; (part = next_part(&l->changed, &at)) != NULL;) {
		if (strcmp(part, path) == 0) return true;
	}
	return false;
}

/* --- locks --------------------------------------------------------------------------------- */

static bool is_left(const vv_later *l, const char *lock)
{
	vv_stat st;

	return vv_lstat(&st, lock, VV_IGNORED) == VV_OK && S_ISREG(st.mode) &&
	       !vv_later_is_older(l, &st);
}

static void sweep_lock(const vv_later *l, const char *file, bool dying)
{
	vv_auto(char) *lock = file ? vv_asprintf("%s.lock", file) : NULL;
	const uint64_t until = vv_monotonic_ms() + (dying ? DYING_MS : 0);

	while (lock && is_left(l, lock)) {
		if (vv_monotonic_ms() >= until) {
			(void)vv_unlink(lock, true, VV_IGNORED);
			return;
		}
		vv_sleep_ms(STEP_MS);
	}
}

static void sweep_in(const vv_later *l, const char *folder, const char *name, bool dying)
{
	vv_auto(char) *file = vv_path_join(folder, name, (char *)NULL);

	sweep_lock(l, file, dying);
}

void vv_later_sweep_locks(const vv_later *l, vv_repository *r, bool dying)
{
	vv_auto(vv_head) head = {0};
	const char *refs[] = {l->ref, NULL};

	if (vv_head_read(r, &head, VV_IGNORED) == VV_OK) {
		refs[1] = head.branch;
	}
	sweep_lock(l, r->index_file, dying);
	sweep_in(l, r->gitdir, "HEAD", dying);
	sweep_in(l, r->gitdir, "ORIG_HEAD", dying);
	sweep_in(l, r->gitdir, "MERGE_MSG", dying);
	sweep_in(l, r->gitdir, "CHERRY_PICK_HEAD", dying);
	sweep_in(l, r->gitdir, "REVERT_HEAD", dying);
	sweep_in(l, r->commondir, "config", dying);
	sweep_in(l, r->commondir, "packed-refs", dying);
	for (size_t i = 0; i < 2; i++) {
		if (refs[i]) {
			sweep_in(l, r->commondir, refs[i], dying);
		}
	}
}
