/*
 * refs_write: moving, making and deleting refs under Git's own locks.
 *
 * Not libgit2's functions, because those sync a ref, each reflog and every folder
 * (six fsyncs a commit), do not wait for a lock and cannot move several refs as
 * one. Here a ref costs two fsyncs: its file (beside the folders of new objects) and its folder.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/identity.h"
#include "repo/git/history/refs_internal.h"
#include "repo/git/lock.h"
#include "repo/git/quarantine.h"
#include "repo/git/share.h"

static bool ref_is_own(const char *name)
{
	return strncmp(name, "refs/", 5) != 0 || strncmp(name, "refs/bisect/", 12) == 0 ||
	       strncmp(name, "refs/worktree/", 14) == 0 ||
	       strncmp(name, "refs/rewritten/", 15) == 0;
}

static vv_status is_logged(vv_repository *r, const char *name, const char *log, bool *out,
			   vv_error *err)
{
	vv_auto(char) *setting = NULL;
	bool on = !r->bare;
	bool usual = strcmp(name, "HEAD") == 0 || strncmp(name, "refs/heads/", 11) == 0 ||
		     strncmp(name, "refs/remotes/", 13) == 0 ||
		     strncmp(name, "refs/notes/", 11) == 0;
	int value = 0;
	vv_status rc = vv_config_string(r, "core.logallrefupdates", &setting, err);

	if ((rc = vv_missing_ok(rc, err)) < 0) return rc;
	if (setting && strcmp(setting, "always") == 0) {
		on = usual = true;
	} else if (setting && git_config_parse_bool(&value, setting) == 0) {
		on = value != 0;
	}
	git_error_clear();
	*out = (on && usual) || vv_exists(log);
	return VV_OK;
}

static void reflog_put(vv_buf *b, vv_repository *r, const vv_oid *from, const vv_oid *to,
		       const char *message)
{
	char hex[VV_OID_TEXT + 1];
	vv_person who;

	vv_oid_text(hex, from);
	vv_buf_puts(b, hex);
	vv_oid_text(hex, to);
	vv_buf_printf(b, " %s ", hex);
	if (vv_identity(r, VV_COMMITTER, &who, NULL) < 0) {
		uint32_t nsec;

		vv_now(&who.time, &nsec);
		vv_buf_printf(b, "unknown <unknown> %lld +0000", (long long)who.time);
	} else {
		vv_person_put(b, &who);
		vv_person_clear(&who);
	}
	if (message && *message) {
		vv_buf_putc(b, '\t');
	}
	for (const char *p = message ? message : ""; *p; p++) {
		vv_buf_putc(b, *p == '\n' || *p == '\r' ? ' ' : *p);
	}
	vv_buf_putc(b, '\n');
}

static vv_status append_line(vv_repository *r, const char *log, const vv_buf *line, vv_error *err)
{
	vv_status rc;
	int fd = vv_open(log, O_WRONLY | O_APPEND | O_CREAT, 0666, err);

	if (fd < 0) return (vv_status)fd;
	if ((rc = vv_share_fd(r, fd, log, err)) == VV_OK) {
		rc = vv_write_full(fd, line->data, line->len, log, err);
	}
	vv_status closed = vv_close(fd, log, rc == VV_OK ? err : NULL);
	return rc < 0 ? rc : closed;
}

static vv_status reflog_add(vv_repository *r, const char *name, const vv_oid *from,
			    const vv_oid *to, const char *message, vv_error *err)
{
	vv_auto(char) *log = vv_path_join(ref_is_own(name) ? r->gitdir : r->commondir, "logs", name,
					  NULL);
	vv_auto(vv_buf) line = VV_BUF_INIT;
	bool on = false;
	vv_status rc;

	if (!log) return vv_fail_nomem(err);
	if ((rc = is_logged(r, name, log, &on, err)) < 0 || !on) return rc;
	reflog_put(&line, r, from, to, message);
	if ((rc = vv_buf_ok(&line, err)) < 0 || (rc = vv_mkdirs_above(log, err)) < 0 ||
	    (rc = vv_share_above(r, r->commondir, log, err)) < 0) {
		return rc;
	}
	return append_line(r, log, &line, err);
}

static vv_status reflog_add_both(vv_repository *r, const char *name, const vv_oid *from,
				 const vv_oid *to, const char *message, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc = reflog_add(r, name, from, to, message, err);

	if (rc < 0 || strncmp(name, "refs/heads/", 11) != 0 || vv_head_read(r, &head, NULL) < 0 ||
	    !head.branch || strcmp(head.branch, name) != 0) {
		return rc;
	}
	return reflog_add(r, "HEAD", from, to, message, err);
}

#define PACKED_REFS_MAX ((size_t)1 << 30)

typedef struct move {
	const vv_ref_change *change;
	char *path;
	vv_git_lock lock;
	bool made_dir;
	vv_oid now; /* the value found under the lock; null: none */
} move;

/* --- judging ------------------------------------------------------------------ */

static vv_status check_name(const char *name, vv_error *err)
{
	int valid = 0;

	if (strcmp(name, "HEAD") == 0) return VV_OK;
	if (git_reference_name_is_valid(&valid, name) < 0 || !valid ||
	    strncmp(name, "refs/", 5) != 0) {
		git_error_clear();
		return vv_fail(err, VV_EUSAGE, "not a valid name for a ref: '%s'",
			       vv_text_shows(name));
	}
	return VV_OK;
}

static vv_status check_target(vv_repository *r, const vv_ref_change *c, vv_error *err)
{
	char hex[VV_OID_TEXT + 1];
	git_object_t type;
	uint64_t size;
	git_oid id;

	vv_oid_text(hex, c->id);
	vv_oid_to_git(&id, c->id);
	vv_status rc = vv_object_header(r, &id, &type, &size, err);
	if (rc == VV_ENOTFOUND) {
		return vv_fail(err, VV_EMISSING, "'%s' cannot name %s: no such object here",
			       vv_text_shows(c->name), hex);
	}
	if (rc < 0) return rc;
	if (type != GIT_OBJECT_COMMIT &&
	    (strncmp(c->name, "refs/heads/", 11) == 0 || strcmp(c->name, "HEAD") == 0)) {
		return vv_fail(err, VV_EUSAGE, "'%s' cannot name %s: it is not a commit",
			       vv_text_shows(c->name), hex);
	}
	return VV_OK;
}

static vv_status fail_room(const char *name, const char *there, vv_error *err)
{
	return vv_fail(err, VV_EEXISTS, "'%s' cannot be made: there is '%s'", vv_text_shows(name),
		       vv_text_shows(there));
}

/* "a" and "a/b" cannot both be refs: the one is a file, the other needs a folder. */
static vv_status check_room(vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(char) *below = vv_path_join(name, "*", NULL);
	vv_auto(git_reference_iterator) *it = NULL;
	const char *slash = name, *other;
	vv_status rc = VV_OK;

	while (rc == VV_OK && (slash = strchr(slash + 1, '/'))) {
		vv_auto(char) *head = vv_strndup(name, (size_t)(slash - name));
		vv_auto(git_reference) *ref = NULL;

		if (!head) return vv_fail_nomem(err);
		if (git_reference_lookup(&ref, r->git, head) == 0) {
			rc = fail_room(name, head, err);
		}
	}
	if (rc == VV_OK && !below) {
		rc = vv_fail_nomem(err);
	}
	if (rc == VV_OK && git_reference_iterator_glob_new(&it, r->git, below) == 0) {
		while (rc == VV_OK && git_reference_next_name(&other, it) == 0) {
			rc = fail_room(name, other, err);
		}
	}
	git_error_clear();
	return rc;
}

/* As people call it: "main", "v1", "origin/main". */
const char *vv_ref_short_name(const char *name)
{
	static const char *const prefixes[] = {"refs/heads/", "refs/tags/", "refs/remotes/"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) {
			return name + strlen(prefixes[i]);
		}
	}
	return name;
}

static vv_status moved(const char *name, const vv_oid *now, vv_error *err)
{
	return vv_fail(err, VV_ECONFLICT,
		       vv_oid_is_null(now) ? "'%s' is gone meanwhile"
					   : "'%s' moved meanwhile, to %.10s",
		       vv_text_shows(name), vv_oid_shows(now));
}

static vv_status compare(vv_repository *r, const move *m, vv_error *err)
{
	const vv_ref_change *c = m->change;
	bool exists = !vv_oid_is_null(&m->now);

	if (c->id && !c->old && !c->force) {
		if (exists) {
			return vv_fail(err, VV_EEXISTS, "'%s' exists already",
				       vv_text_shows(c->name));
		}
	} else if (c->old && !vv_oid_equal(c->old, &m->now)) {
		return moved(c->name, &m->now, err);
	}
	if (!c->id && !exists) {
		return vv_fail(err, VV_ENOTFOUND, "no ref named '%s'", vv_text_shows(c->name));
	}
	if (c->id && !exists && strcmp(c->name, "HEAD") != 0) {
		return check_room(r, c->name, err);
	}
	return VV_OK;
}

/* --- locks ------------------------------------------------------------------------ */

static vv_status read_now(vv_repository *r, const char *name, vv_oid *out, vv_error *err)
{
	vv_auto(git_reference) *ref = NULL;
	int code = git_reference_lookup(&ref, r->git, name);

	memset(out, 0, sizeof(*out));
	if (code == GIT_ENOTFOUND) {
		git_error_clear();
		return VV_OK;
	}
	if (code < 0) return vv_git_fail(err, code, "cannot read '%s'", vv_text_shows(name));
	if (git_reference_type(ref) == GIT_REFERENCE_DIRECT) {
		vv_oid_from_git(out, git_reference_target(ref));
	} else if (strcmp(name, "HEAD") != 0) {
		return vv_fail(err, VV_EREFUSED, "'%s' is a symbolic ref, which names another",
			       vv_text_shows(name));
	}
	return VV_OK;
}

static vv_status lock_move(vv_repository *r, move *m, vv_error *err)
{
	const char *base = ref_is_own(m->change->name) ? r->gitdir : r->commondir;
	vv_auto(char) *dir = NULL;
	vv_stat st;
	vv_status rc = VV_ENOTFOUND;

	if (!(m->path = vv_path_join(base, m->change->name, NULL)) ||
	    !(dir = vv_path_dir(m->path))) {
		return vv_fail_nomem(err);
	}
	/* Another process that deletes a ref may take the empty folder away. */
	for (int tries = 0; tries < 3 && rc == VV_ENOTFOUND; tries++) {
		if (vv_lstat(&st, dir, NULL) < 0 || !S_ISDIR(st.mode)) {
			if ((m->change->id && (rc = check_room(r, m->change->name, err)) < 0) ||
			    (rc = vv_mkdirs(dir, err)) < 0 ||
			    (rc = vv_share_above(r, base, m->path, err)) < 0) {
				return rc;
			}
			m->made_dir = true;
		}
		rc = vv_git_lock_take(&m->lock, r, m->path, err);
	}
	return rc < 0 ? rc : read_now(r, m->change->name, &m->now, err);
}

/* Takes away folders that have become empty, up to refs/<kind>. */
static void remove_empty_above(const char *base, const char *path)
{
	if (strncmp(path, base, strlen(base)) == 0) {
		vv_remove_empty_above(path, strlen(base) + sizeof("/refs/heads"), NULL);
	}
}

/* "x.lock", or "x~.lock", which goes with the former. */
static bool sweep_below(vv_repository *r, const char *path)
{
	vv_auto(char) *lock = vv_strdup(path);

	if (lock && vv_path_ends(path, "~.lock")) {
		memcpy(lock + strlen(path) - strlen("~.lock"), ".lock", sizeof(".lock"));
	}
	return lock && vv_git_lock_sweep(r, lock);
}

/* Takes the first thing below path away that nothing is in. */
static bool remove_one_below(vv_repository *r, const char *path)
{
	vv_auto(char) *at = vv_strdup(path);

	while (at) {
		vv_auto(vv_folder) f = {0};
		vv_stat st;

		if (vv_lstat(&st, at, NULL) < 0 || !S_ISDIR(st.mode)) return sweep_below(r, at);
		if (vv_folder_read(&f, at, false, NULL) < 0) return false;
		if (!vv_folder_next(&f)) return strcmp(at, path) != 0 && vv_sys_ops.rmdir(at) == 0;
		vv_free(at);
		at = vv_strdup(f.path);
	}
	return false;
}

/* A folder where the ref's file is to be can only hold empty folders, and locks of dead
 * processes: no ref lies below (check_room). */
static void remove_empty_below(vv_repository *r, const char *path)
{
	for (unsigned rounds = 0; rounds < 10000 && vv_sys_ops.rmdir(path) != 0; rounds++) {
		if (!remove_one_below(r, path)) return;
	}
}

/* The ref's folder, and with all those between refs/ and it, that are new. */
static vv_status sync_folders(const char *base, const char *path, bool all, vv_error *err)
{
	char *dir = vv_path_dir(path);
	vv_status rc = dir ? vv_fsync_dir(dir, err) : vv_fail_nomem(err);

	while (all && rc == VV_OK && dir && strlen(dir) > strlen(base)) {
		char *up = vv_path_dir(dir);

		vv_free(dir);
		dir = up;
		if (dir) {
			rc = vv_fsync_dir(dir, err);
		}
	}
	vv_free(dir);
	return rc;
}

static vv_status commit_move(vv_repository *r, move *m, const char *message, vv_error *err)
{
	char text[VV_OID_TEXT + 2];
	vv_stat st;
	vv_status rc;

	if (vv_oid_equal(m->change->id, &m->now)) {
		return VV_OK; /* released by the caller */
	}
	vv_oid_text(text, m->change->id);
	text[VV_OID_TEXT] = '\n';
	/* The commit is durable before its name is in the reflog. */
	if ((rc = vv_git_lock_fill(&m->lock, text, VV_OID_TEXT + 1, err)) < 0 ||
	    (rc = reflog_add_both(r, m->change->name, &m->now, m->change->id, message, err)) < 0) {
		return rc;
	}
	if (vv_lstat(&st, m->path, NULL) == VV_OK && S_ISDIR(st.mode)) {
		remove_empty_below(r, m->path);
	}
	if ((rc = vv_git_lock_replace(&m->lock, false, err)) < 0) return rc;
	/* From here on everybody sees the new value, whatever else fails. */
	r->moved_to = *m->change->id;
	rc = sync_folders(ref_is_own(m->change->name) ? r->gitdir : r->commondir, m->path,
			  m->made_dir, err);
	return rc < 0 ? vv_prefix(err, "'%s' is at %.7s now, but then",
				  vv_text_shows(vv_ref_short_name(m->change->name)), text)
		      : VV_OK;
}

/* --- deleting ---------------------------------------------------------------------- */

static bool is_deleted(const move *moves, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (!moves[i].change->id && strlen(moves[i].change->name) == len &&
		    memcmp(moves[i].change->name, name, len) == 0) {
			return true;
		}
	}
	return false;
}

/* Copies packed-refs without the deleted ones: "id name" lines, each perhaps with
 * a "^peeled id" line after it. */
static bool filter_packed(const vv_buf *all, vv_buf *out, const move *moves, size_t count)
{
	const char *p = vv_buf_cstr(all), *end = p + all->len;
	bool dropped = false, changed = false;

	while (p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = eol ? (size_t)(eol - p) : (size_t)(end - p);

		if (*p != '^') {
			dropped = *p != '#' && len > VV_OID_TEXT + 1 &&
				  is_deleted(moves, count, p + VV_OID_TEXT + 1,
					     len - VV_OID_TEXT - 1);
		}
		if (dropped) {
			changed = true;
		} else {
			vv_buf_put(out, p, len + (eol != NULL));
		}
		p += len + (eol != NULL);
	}
	return changed;
}

static vv_status delete_packed(vv_repository *r, const move *moves, size_t count, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(r->commondir, "packed-refs", NULL);
	vv_auto(vv_buf) all = VV_BUF_INIT, kept = VV_BUF_INIT;
	vv_auto(vv_git_lock) lock = {0};
	vv_status rc;

	if (path && !vv_exists(path)) return VV_OK;
	if ((rc = vv_git_lock_take(&lock, r, path, err)) < 0 ||
	    (rc = vv_read_file(&all, path, PACKED_REFS_MAX, err)) < 0 ||
	    !filter_packed(&all, &kept, moves, count) || (rc = vv_buf_ok(&kept, err)) < 0) {
		return rc;
	}
	return vv_git_lock_write(&lock, kept.data, kept.len, true, err);
}

static vv_status delete_loose(vv_repository *r, move *m, vv_error *err)
{
	const char *base = ref_is_own(m->change->name) ? r->gitdir : r->commondir;
	vv_auto(char) *logs = vv_path_join(base, "logs", NULL);
	vv_auto(char) *log = vv_path_join(logs, m->change->name, NULL);
	vv_auto(char) *dir = vv_path_dir(m->path);
	vv_status rc;

	if (!log || !dir) return vv_fail_nomem(err);
	if ((rc = vv_unlink(m->path, true, err)) < 0) return rc;
	/* It is gone, whatever else fails. */
	rc = vv_fsync_dir(dir, err);
	vv_status log_rc = vv_unlink(log, true, rc == VV_OK ? err : NULL);
	if (log_rc == VV_OK) {
		remove_empty_above(logs, log);
	}
	rc = rc < 0 ? rc : log_rc;
	return rc < 0 ? vv_prefix(err, "'%s' is deleted now, but then",
				  vv_text_shows(vv_ref_short_name(m->change->name)))
		      : VV_OK;
}

/* --- the whole ----------------------------------------------------------------------- */

static int by_name(const void *x, const void *y)
{
	return strcmp(((const move *)x)->change->name, ((const move *)y)->change->name);
}

static vv_status prepare(vv_repository *r, move *moves, size_t count, bool *deletes, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < count; i++) {
		const vv_ref_change *c = moves[i].change;

		if ((rc = check_name(c->name, err)) < 0 ||
		    (c->id && (rc = check_target(r, c, err)) < 0)) {
			return rc;
		}
		if (i > 0 && strcmp(c->name, moves[i - 1].change->name) == 0) {
			return vv_fail(err, VV_EUSAGE, "'%s' would be moved twice",
				       vv_text_shows(c->name));
		}
		*deletes = *deletes || !c->id;
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if ((rc = lock_move(r, &moves[i], err)) == VV_OK) {
			rc = compare(r, &moves[i], err);
		}
	}
	return rc;
}

/* Releases them; the folders of what was deleted go where they are empty. */
static void end_moves(vv_repository *r, move *take_moves, size_t count, bool done)
{
	for (size_t i = 0; i < count; i++) {
		move *m = &take_moves[i];

		vv_git_lock_release(&m->lock);
		if (done && !m->change->id) {
			remove_empty_above(r->commondir, m->path);
		}
		vv_free(m->path);
	}
	vv_free(take_moves);
}

static vv_status move_all(vv_repository *r, move *moves, size_t count, const char *message,
			  vv_error *err)
{
	bool deletes = false;
	size_t i;
	vv_status rc;

	if ((rc = vv_quarantine_put(r, err)) < 0 || (rc = vv_repository_settle(r, err)) < 0 ||
	    (rc = prepare(r, moves, count, &deletes, err)) < 0) {
		return rc;
	}
	if (deletes && ((rc = vv_syncs_wait(&r->later, err)) < 0 ||
			(rc = delete_packed(r, moves, count, err)) < 0)) {
		return rc;
	}
	for (i = 0; rc == VV_OK && i < count; i++) {
		rc = moves[i].change->id ? commit_move(r, &moves[i], message, err)
					 : delete_loose(r, &moves[i], err);
	}
	if (rc == VV_OK) {
		rc = vv_syncs_wait(&r->later, err); /* where nothing had to be written */
	}
	if (rc < 0 && i > 1) {
		(void)vv_prefix(err, "%zu of %zu refs are moved", i - 1, count);
	}
	return rc;
}

vv_status vv_refs_update(vv_repository *r, const vv_ref_change *changes, size_t count,
			 const char *message, vv_error *err)
{
	move *moves = vv_calloc(count, sizeof(*moves));

	if (!moves) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		moves[i].change = &changes[i];
	}
	qsort(moves, count, sizeof(*moves), by_name); /* everybody locks in the same order */
	vv_status rc = count > 0 ? move_all(r, moves, count, message, err) : VV_OK;
	end_moves(r, moves, count, rc == VV_OK);
	return rc;
}

vv_status vv_ref_update(vv_repository *r, const char *name, const vv_oid *id, const vv_oid *old,
			bool force, const char *message, vv_error *err)
{
	vv_ref_change change = {name, id, old, force};

	if (strcmp(name, "HEAD") == 0) {
		return vv_fail(err, VV_EUSAGE, "not a valid name for a ref: 'HEAD'");
	}
	return vv_refs_update(r, &change, 1, message, err);
}

vv_status vv_ref_delete(vv_repository *r, const char *name, const vv_oid *old, vv_error *err)
{
	vv_ref_change change = {name, NULL, old, true};

	if (strcmp(name, "HEAD") == 0) {
		return vv_fail(err, VV_EUSAGE, "not a valid name for a ref: 'HEAD'");
	}
	return vv_refs_update(r, &change, 1, NULL, err);
}

/* --- HEAD ------------------------------------------------------------------------------- */

vv_status vv_head_move(vv_repository *r, const vv_oid *id, const vv_oid *old, const char *message,
		       vv_error *err)
{
	vv_ref_change change = {"HEAD", id, old, true};
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(r, &head, err);

	if (rc < 0) return rc;
	if (head.branch) {
		change.name = head.branch;
	}
	return vv_refs_update(r, &change, 1, message, err);
}

/* HEAD's file itself gets a new text. */
static vv_status write_head(vv_repository *r, const char *text, const vv_oid *to,
			    const char *message, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(r->gitdir, "HEAD", NULL);
	vv_auto(vv_head) head = {0};
	vv_auto(vv_git_lock) lock = {0};
	vv_status rc;

	if ((rc = vv_repository_settle(r, err)) < 0 ||
	    (rc = vv_git_lock_take(&lock, r, path, err)) < 0 ||
	    (rc = vv_head_read(r, &head, err)) < 0 ||
	    (!vv_oid_is_null(to) &&
	     (rc = reflog_add(r, "HEAD", &head.commit, to, message, err)) < 0) ||
	    (rc = vv_git_lock_write(&lock, text, strlen(text), false, err)) < 0) {
		return rc;
	}
	r->moved_to = *to;
	if ((rc = vv_fsync_dir(r->gitdir, err)) < 0) {
		(void)vv_prefix(err, "HEAD is moved now, but then");
	}
	return rc;
}

vv_status vv_head_set_branch(vv_repository *r, const char *ref_name, const char *message,
			     vv_error *err)
{
	vv_auto(vv_ref) ref = {0};
	vv_status rc = check_name(ref_name, err);

	if (rc == VV_OK && strncmp(ref_name, "refs/heads/", 11) != 0) {
		rc = vv_fail(err, VV_EUSAGE, "'%s' is not a branch", vv_text_shows(ref_name));
	}
	vv_auto(char) *text = vv_asprintf("ref: %s\n", ref_name);
	if (rc < 0 || (rc = vv_missing_ok(vv_ref_get(r, ref_name, &ref, err), err)) < 0 ||
	    (rc = vv_alloc_ok(text, err)) < 0) {
		return rc;
	}
	return write_head(r, text, &ref.commit, message, err);
}

vv_status vv_head_detach(vv_repository *r, const vv_oid *commit, const char *message, vv_error *err)
{
	vv_ref_change target = {"HEAD", commit, NULL, true};
	char text[VV_OID_TEXT + 2];
	vv_status rc;

	if ((rc = vv_quarantine_flush(r, err)) < 0 || (rc = check_target(r, &target, err)) < 0) {
		return rc;
	}
	vv_oid_text(text, commit);
	text[VV_OID_TEXT] = '\n';
	text[VV_OID_TEXT + 1] = '\0';
	return write_head(r, text, commit, message, err);
}
