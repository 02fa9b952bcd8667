/*
 * refs_write: moving, making and deleting refs under Git's own locks.
 *
 * Not libgit2's functions, because those sync a ref, each reflog and every folder
 * (six fsyncs a commit), do not wait for a lock and cannot move several refs as
 * one. Here a ref costs two fsyncs: its file (beside the folders of new objects) and its folder;
 * many at once are packed, as git clone does, for two in all.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/locks/own_file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/identity.h"
#include "repo/git/history/refs_internal.h"
#include "repo/git/lock.h"
#include "repo/git/quarantine.h"
#include "repo/git/repository_internal.h"

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
	vv_auto(vv_person) who = {0};

	vv_buf_printf(b, "%s %s ", vv_oid_shows(from), vv_oid_shows(to));
	if (vv_identity(r, VV_COMMITTER, &who, NULL) < 0) {
		vv_buf_printf(b, "unknown <unknown> %lld +0000", (long long)vv_now_sec());
	} else {
		vv_person_put(b, &who);
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
	int fd = vv_open_own(log, O_WRONLY | O_APPEND | O_CREAT, err);

	if (fd < 0) return (vv_status)fd;
	if ((rc = vv_share_fd(r, fd, log, err)) == VV_OK) {
		rc = vv_write_full(fd, line->data, line->len, log, err);
	}
	return vv_close_after(rc, fd, log, err);
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
#define LOOSE_REF_BYTES ((size_t)1 << 16)
/* More at once are packed: a file and two waits for the disk, not two a ref. */
#define LOOSE_MAX 8u

typedef struct move {
	const vv_ref_change *change;
	char *path;
	vv_git_lock lock;
	bool made_dir;
	bool packed; /* its new value is written to packed-refs */
	bool tag;    /* the value is a tag object's */
	vv_oid now;  /* the value found under the lock; null: none */
} move;

/* "id name", and perhaps a "^peeled id" line after it. */
typedef struct packed_ref {
	const char *text, *name;
	size_t len, name_len; /* len 0: deleted */
} packed_ref;

typedef struct packed_refs {
	bool read;
	vv_buf text;
	packed_ref *refs; /* by name */
	size_t count, cap;
	size_t header_len;
} packed_refs;

typedef struct transaction {
	vv_repository *repo;
	move *moves; /* by name: all processes lock in the same order */
	size_t count;
	packed_refs packed;
	vv_git_lock packed_lock;
	char *emptied; /* the folder of removed files, until it is durable */
} transaction;

static void packed_refs_clear(packed_refs *p)
{
	vv_buf_clear(&p->text);
	vv_free(p->refs);
	*p = (packed_refs){.text = VV_BUF_INIT};
}

/* --- packed-refs --------------------------------------------------------------- */

static int compare_names(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order ? order : (a_len > b_len) - (a_len < b_len);
}

static int by_packed_name(const void *x, const void *y)
{
	const packed_ref *a = x, *b = y;

	return compare_names(a->name, a->name_len, b->name, b->name_len);
}

static bool add_packed_line(packed_refs *p, const char *line, size_t len)
{
	if (*line == '#') {
		p->header_len += len;
	} else if (*line == '^' && p->count > 0) {
		p->refs[p->count - 1].len += len;
	} else if (len > VV_OID_TEXT + 2) {
		return vv_array_add(
			p->refs, p->count, p->cap,
			(packed_ref){line, line + VV_OID_TEXT + 1, len, len - VV_OID_TEXT - 2});
	}
	return true;
}

/* Adds the lines of a text, which must not change while p is in use. */
static vv_status add_packed_lines(packed_refs *p, vv_buf *text, vv_error *err)
{
	if (text->len > 0 && text->data[text->len - 1] != '\n') {
		vv_buf_putc(text, '\n');
	}
	const char *line = vv_buf_cstr(text), *end = line + text->len;
	vv_status rc = vv_buf_ok(text, err);
	while (rc == VV_OK && line < end) {
		size_t len = (size_t)((const char *)memchr(line, '\n', (size_t)(end - line)) -
				      line);

		rc = add_packed_line(p, line, len + 1) ? VV_OK : vv_fail_nomem(err);
		line += len + 1;
	}
	if (p->count > 0) {
		qsort(p->refs, p->count, sizeof(*p->refs), by_packed_name);
	}
	return rc;
}

static vv_status read_packed(transaction *t, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(t->repo->commondir, "packed-refs", NULL);
	packed_refs *p = &t->packed;
	vv_status rc = vv_alloc_ok(path, err);

	if (rc < 0 || p->read) return rc;
	rc = vv_missing_ok(vv_read_regular(&p->text, path, PACKED_REFS_MAX, err), err);
	p->read = rc == VV_OK;
	return rc < 0 ? rc : add_packed_lines(p, &p->text, err);
}

/* The first whose name is not before this one; NULL: none. */
static packed_ref *packed_from(const packed_refs *p, const char *name, size_t len)
{
	size_t at = vv_first_place(
		i, p->count, compare_names(p->refs[i].name, p->refs[i].name_len, name, len) < 0);

	return at < p->count ? &p->refs[at] : NULL;
}

static packed_ref *packed_find(const packed_refs *p, const char *name)
{
	packed_ref *found = packed_from(p, name, strlen(name));

	return found && compare_names(found->name, found->name_len, name, strlen(name)) == 0 ? found
											     : NULL;
}

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

static vv_status check_target(vv_repository *r, const vv_ref_change *c, bool *tag, vv_error *err)
{
	git_object_t type;
	uint64_t size;
	vv_status rc = vv_object_header(r, vv_to_git(c->id), &type, &size, err);

	if (rc == VV_ENOTFOUND) {
		return vv_fail(err, VV_EMISSING,
			       "'%s' cannot be set to %s: this repository has no "
			       "such object",
			       vv_text_shows(c->name), vv_oid_shows(c->id));
	}
	if (rc < 0) return rc;
	if (type != GIT_OBJECT_COMMIT &&
	    (strncmp(c->name, "refs/heads/", 11) == 0 || strcmp(c->name, "HEAD") == 0)) {
		return vv_fail(err, VV_EUSAGE, "'%s' cannot be set to %s, which is not a commit",
			       vv_text_shows(c->name), vv_oid_shows(c->id));
	}
	*tag = type == GIT_OBJECT_TAG;
	return VV_OK;
}

static vv_status fail_room(const char *name, const char *there, size_t len, vv_error *err)
{
	vv_auto(char) *other = vv_strndup(there, len);

	if (!other) return vv_fail_nomem(err);
	return vv_fail(err, VV_EEXISTS, "'%s' cannot be created: '%s' exists", vv_text_shows(name),
		       vv_text_shows(other));
}

static vv_status check_loose_below(vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(char) *below = vv_path_join(name, "*", NULL);
	vv_auto(git_reference_iterator) *it = NULL;
	const char *other;
	vv_status rc = vv_alloc_ok(below, err);

	if (rc == VV_OK && git_reference_iterator_glob_new(&it, r->git, below) == 0 &&
	    git_reference_next_name(&other, it) == 0) {
		rc = fail_room(name, other, strlen(other), err);
	}
	git_error_clear();
	return rc;
}

/* Does another of the moves make this ref? */
static bool is_made(const transaction *t, const char *name)
{
	size_t at = vv_first_place(i, t->count, strcmp(t->moves[i].change->name, name) < 0);

	return at < t->count && t->moves[at].change->id &&
	       strcmp(t->moves[at].change->name, name) == 0;
}

/* "a" and "a/b" cannot both be refs: the one is a file, the other needs a folder. */
static vv_status check_room(transaction *t, const move *m, vv_error *err)
{
	const char *name = m->change->name, *slash = name;
	vv_auto(char) *below = vv_asprintf("%s/", name);
	vv_stat st;
	vv_status rc = below ? read_packed(t, err) : vv_fail_nomem(err);

	while (rc == VV_OK && (slash = strchr(slash + 1, '/'))) {
		vv_auto(char) *head = vv_strndup(name, (size_t)(slash - name));
		vv_auto(git_reference) *ref = NULL;

		if (!head) return vv_fail_nomem(err);
		if (is_made(t, head) || git_reference_lookup(&ref, t->repo->git, head) == 0) {
			rc = fail_room(name, head, strlen(head), err);
		}
		git_error_clear();
	}
	if (rc < 0) return rc;
	const packed_ref *p = packed_from(&t->packed, below, strlen(below));
	if (p && p->name_len > strlen(below) && memcmp(p->name, below, strlen(below)) == 0) {
		return fail_room(name, p->name, p->name_len, err);
	}
	return vv_lstat(&st, m->path, NULL) == VV_OK && S_ISDIR(st.mode)
		       ? check_loose_below(t->repo, name, err)
		       : VV_OK;
}

/* As people call it: "main", "v1", "origin/main". */
const char *vv_ref_short_name(const char *name)
{
	static const char *const prefixes[] = {"refs/heads/", "refs/tags/", "refs/remotes/"};

	const char *const *prefix = vv_array_find(prefixes, sizeof(prefixes) / sizeof(prefixes[0]),
						  it, strncmp(name, *it, strlen(*it)) == 0);

	return prefix ? name + strlen(*prefix) : name;
}

static vv_status fail_moved(const vv_ref_change *c, const vv_oid *now, vv_error *err)
{
	return vv_fail(err, VV_ECONFLICT,
		       vv_oid_is_null(now) ? "another process deleted '%s' in the meantime"
		       : vv_oid_is_null(c->old)
			       ? "another process created '%s' in the meantime, at %.10s"
			       : "another process moved '%s' in the meantime, to %.10s",
		       vv_text_shows(c->name), vv_oid_shows(now));
}

static vv_status compare_move(transaction *t, const move *m, vv_error *err)
{
	const vv_ref_change *c = m->change;
	bool exists = !vv_oid_is_null(&m->now);

	if (c->id && !c->old && !c->force) {
		if (exists) {
			return vv_fail(err, VV_EEXISTS, "'%s' exists already",
				       vv_text_shows(c->name));
		}
	} else if (c->old && !vv_oid_equal(c->old, &m->now)) {
		return fail_moved(c, &m->now, err);
	}
	if (!c->id && !exists) {
		return vv_fail(err, VV_ENOTFOUND, "no ref named '%s'", vv_text_shows(c->name));
	}
	if (c->id && !exists && strcmp(c->name, "HEAD") != 0) {
		return check_room(t, m, err);
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
		*out = *vv_from_git(git_reference_target(ref));
	} else if (strcmp(name, "HEAD") != 0) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' is a symbolic ref, and names another ref "
			       "instead of a commit",
			       vv_text_shows(name));
	}
	return VV_OK;
}

static vv_status lock_move(transaction *t, move *m, vv_error *err)
{
	vv_repository *r = t->repo;
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
			if ((m->change->id && (rc = check_room(t, m, err)) < 0) ||
			    (rc = vv_mkdirs(dir, err)) < 0 ||
			    (rc = vv_share_above(r, base, m->path, err)) < 0) {
				return rc;
			}
			m->made_dir = true;
		}
		rc = vv_git_lock_take_next(&m->lock, r, m->path, m > t->moves ? &m[-1].lock : NULL,
					   err);
	}
	return rc < 0 ? rc : read_now(r, m->change->name, &m->now, err);
}

/* Takes away folders that have become empty, up to refs/<kind>. */
static void remove_empty_above(const char *base, const char *path)
{
	size_t refs = strlen(base) + strlen("/refs/");
	const char *kind_end = strlen(path) > refs ? strchr(path + refs, '/') : NULL;

	if (kind_end) {
		vv_remove_empty_above(path, (size_t)(kind_end - path), NULL);
	}
}

/* "x.lock", or "x~.lock", which is removed with the former. */
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

/* A folder at the place of the ref's file can only contain empty folders, and locks of dead
 * processes: no ref is below (check_room). */
static void remove_empty_below(vv_repository *r, const char *path)
{
	for (unsigned rounds = 0; rounds < 10000 && vv_sys_ops.rmdir(path) != 0; rounds++) {
		if (!remove_one_below(r, path)) return;
	}
}

/* The ref's folder, and with all those between refs/ and it, that are new. */
static vv_status sync_folders(const char *base, const char *path, bool all, vv_error *err)
{
	vv_auto(char) *dir = vv_path_dir(path);
	vv_status rc = dir ? vv_fsync_dir(dir, err) : vv_fail_nomem(err);

	while (all && rc == VV_OK && strlen(dir) > strlen(base)) {
		*strrchr(dir, '/') = '\0';
		rc = vv_fsync_dir(dir, err);
	}
	return rc;
}

vv_status vv_ref_sync(vv_repository *r, const char *name, vv_error *err)
{
	const char *base = ref_is_own(name) ? r->gitdir : r->commondir;
	vv_auto(char) *path = vv_path_join(base, name, NULL);
	vv_status rc = path ? vv_fsync_path(path, err) : vv_fail_nomem(err);

	return rc < 0 ? rc : sync_folders(base, path, true, err);
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
	/* The new value is now visible to all, even if a later step fails. */
	r->moved_to = *m->change->id;
	rc = sync_folders(ref_is_own(m->change->name) ? r->gitdir : r->commondir, m->path,
			  m->made_dir, err);
	return rc < 0 ? vv_prefix(err, "'%s' was moved to %.7s, but a later step failed",
				  vv_text_shows(vv_ref_short_name(m->change->name)), text)
		      : VV_OK;
}

/* --- packing and deleting ------------------------------------------------------------ */

static void put_packed(vv_buf *out, vv_repository *r, const move *m)
{
	vv_auto(git_object) *tag = NULL, *target = NULL;

	vv_buf_printf(out, "%s %s\n", vv_oid_shows(m->change->id), m->change->name);
	if (m->tag &&
	    git_object_lookup(&tag, r->git, vv_to_git(m->change->id), GIT_OBJECT_TAG) == 0 &&
	    git_object_peel(&target, tag, GIT_OBJECT_ANY) == 0) {
		vv_buf_printf(out, "^%s\n", vv_git_shows(git_object_id(target)));
	}
	git_error_clear();
}

static void put_all_packed(vv_buf *out, const packed_refs *p)
{
	if (p->text.len == 0) {
		vv_buf_puts(out, "# pack-refs with: peeled fully-peeled sorted \n");
	} else {
		vv_buf_put(out, p->text.data, p->header_len);
	}
	vv_array_each(p->refs, p->count, ref) {
		vv_buf_put(out, ref->text, ref->len);
	}
}

/* packed-refs gets the new values, and loses the deleted ones. */
static vv_status rewrite_packed(transaction *t, vv_error *err)
{
	vv_auto(vv_buf) made = VV_BUF_INIT, text = VV_BUF_INIT;
	bool changed = false;
	vv_status rc = read_packed(t, err);

	for (size_t i = 0; rc == VV_OK && i < t->count; i++) {
		const move *m = &t->moves[i];
		packed_ref *old = packed_find(&t->packed, m->change->name);

		if (old && (m->packed || !m->change->id)) {
			old->len = 0;
			changed = true;
		}
		if (m->packed) {
			put_packed(&made, t->repo, m);
			changed = true;
		}
	}
	if (rc < 0 || !changed || (rc = add_packed_lines(&t->packed, &made, err)) < 0) return rc;
	put_all_packed(&text, &t->packed);
	packed_refs_clear(&t->packed); /* which points into made */
	rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : vv_git_lock_write(&t->packed_lock, text.data, text.len, true, err);
}

/* Replaces the line of a packed ref by that of its loose one. */
static vv_status refresh_line(packed_ref *ref, vv_buf *made, const transaction *t, vv_error *err)
{
	vv_auto(char) *name = vv_strndup(ref->name, ref->name_len);
	vv_auto(char) *path = name ? vv_path_join(t->repo->commondir, name, NULL) : NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_ref_change change = {.name = name};
	move m = {.change = &change, .tag = true};
	vv_status rc = vv_alloc_ok(path, err);

	if (rc < 0 || !vv_exists(path)) return rc;
	rc = vv_missing_ok(vv_read_regular(&text, path, LOOSE_REF_BYTES, err), err);
	if (rc < 0 || text.len < VV_OID_TEXT || !vv_oid_parse(&m.now, text.data, VV_OID_TEXT) ||
	    memcmp(text.data, ref->text, VV_OID_TEXT) == 0) {
		return rc;
	}
	change.id = &m.now;
	ref->len = 0;
	put_packed(made, t->repo, &m);
	return vv_buf_ok(made, err);
}

/* A folder is made durable when the next loses files, and after the last. */
static vv_status sync_emptied(transaction *t, char *take_next, vv_error *err)
{
	bool same = t->emptied && take_next && strcmp(t->emptied, take_next) == 0;
	vv_status rc = t->emptied && !same ? vv_fsync_dir(t->emptied, err) : VV_OK;

	vv_free(t->emptied);
	t->emptied = take_next;
	return rc;
}

static vv_status delete_log(vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(char) *logs = vv_path_join(ref_is_own(name) ? r->gitdir : r->commondir, "logs",
					   NULL);
	vv_auto(char) *log = vv_path_join(logs, name, NULL);
	vv_status rc = log ? vv_unlink(log, true, err) : vv_fail_nomem(err);

	if (rc == VV_OK) {
		remove_empty_above(logs, log);
	}
	return rc;
}

/* Removes the file of a deleted or packed ref. */
static vv_status remove_loose(transaction *t, const move *m, vv_error *err)
{
	vv_stat st;
	vv_status rc = VV_OK, log_rc = VV_OK;

	if (vv_lstat(&st, m->path, NULL) == VV_OK && !S_ISDIR(st.mode)) {
		if ((rc = vv_unlink(m->path, true, err)) < 0) return rc;
		/* It is gone, whatever else fails. */
		rc = sync_emptied(t, vv_path_dir(m->path), err);
	}
	if (!m->change->id) {
		log_rc = delete_log(t->repo, m->change->name, rc == VV_OK ? err : NULL);
	}
	rc = rc < 0 ? rc : log_rc;
	if (rc < 0) {
		return vv_prefix(err,
				 m->packed ? "'%s' was moved, but a later step failed"
					   : "'%s' was deleted, but a later step failed",
				 vv_text_shows(vv_ref_short_name(m->change->name)));
	}
	return VV_OK;
}

/* --- the whole ----------------------------------------------------------------------- */

static int by_name(const void *x, const void *y)
{
	return strcmp(((const move *)x)->change->name, ((const move *)y)->change->name);
}

/* Releases the locks; removes empty folders of deleted or packed refs, and those made in vain. */
static void transaction_clear(transaction *t)
{
	vv_git_lock_release(&t->packed_lock);
	vv_array_each(t->moves, t->count, m) {
		vv_git_lock_release(&m->lock);
		if (m->path && (!m->change->id || m->packed || m->made_dir)) {
			remove_empty_above(ref_is_own(m->change->name) ? t->repo->gitdir
								       : t->repo->commondir,
					   m->path);
		}
		vv_free(m->path);
	}
	vv_free_all(t->moves, t->emptied);
	packed_refs_clear(&t->packed);
}
VV_AUTO_CLEAR(transaction, transaction_clear)

vv_status vv_refs_refresh_packed(vv_repository *r, vv_error *err)
{
	vv_auto(transaction) t = {.repo = r};
	vv_auto(vv_buf) made = VV_BUF_INIT, text = VV_BUF_INIT;
	vv_auto(char) *path = vv_path_join(r->commondir, "packed-refs", NULL);
	vv_status rc = vv_alloc_ok(path, err);

	if (rc < 0 || !vv_exists(path)) return rc;
	if ((rc = vv_git_lock_take(&t.packed_lock, r, path, err)) < 0) return rc;
	rc = read_packed(&t, err);
	for (size_t i = 0; rc == VV_OK && i < t.packed.count; i++) {
		rc = refresh_line(&t.packed.refs[i], &made, &t, err);
	}
	if (rc < 0 || made.len == 0 || (rc = add_packed_lines(&t.packed, &made, err)) < 0) {
		return rc;
	}
	put_all_packed(&text, &t.packed);
	packed_refs_clear(&t.packed); /* which points into made */
	rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : vv_git_lock_write(&t.packed_lock, text.data, text.len, true, err);
}

static vv_status check_moves(const transaction *t, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < t->count; i++) {
		move *m = &t->moves[i];
		const vv_ref_change *c = m->change;

		if ((rc = check_name(c->name, err)) < 0 ||
		    (c->id && (rc = check_target(t->repo, c, &m->tag, err)) < 0)) {
			return rc;
		}
		if (i > 0 && strcmp(c->name, m[-1].change->name) == 0) {
			return vv_fail(err, VV_EUSAGE, "one command cannot move '%s' twice",
				       vv_text_shows(c->name));
		}
	}
	return VV_OK;
}

/* Locks all, packed-refs last, as Git does; *rewrites: is that locked? */
static vv_status lock_all(transaction *t, bool *rewrites, vv_error *err)
{
	vv_auto(char) *path = vv_path_join(t->repo->commondir, "packed-refs", NULL);
	vv_status rc = vv_alloc_ok(path, err);

	for (size_t i = 0; rc == VV_OK && i < t->count; i++) {
		move *m = &t->moves[i];
		const vv_ref_change *c = m->change;

		rc = lock_move(t, m, err);
		m->packed = t->count > LOOSE_MAX && c->id && !ref_is_own(c->name) &&
			    !vv_oid_equal(c->id, &m->now);
		*rewrites = *rewrites || m->packed || !c->id;
	}
	packed_refs_clear(&t->packed); /* from before the lock */
	return rc < 0 || !*rewrites ? rc : vv_git_lock_take(&t->packed_lock, t->repo, path, err);
}

static vv_status move_packed(transaction *t, const char *message, vv_error *err)
{
	vv_status rc = vv_syncs_wait(&t->repo->later, err);

	for (size_t i = 0; rc == VV_OK && i < t->count; i++) {
		const move *m = &t->moves[i];

		rc = m->packed ? reflog_add_both(t->repo, m->change->name, &m->now, m->change->id,
						 message, err)
			       : VV_OK;
	}
	return rc < 0 ? rc : rewrite_packed(t, err);
}

static vv_status move_all(transaction *t, const char *message, vv_error *err)
{
	vv_repository *r = t->repo;
	bool rewrites = false;
	size_t i;
	vv_status rc;

	if ((rc = vv_quarantine_put(r, err)) < 0 || (rc = vv_repository_settle(r, err)) < 0 ||
	    (rc = check_moves(t, err)) < 0 || (rc = lock_all(t, &rewrites, err)) < 0) {
		return rc;
	}
	for (i = 0; rc == VV_OK && i < t->count; i++) {
		rc = compare_move(t, &t->moves[i], err);
	}
	if (rc < 0 || (rewrites && (rc = move_packed(t, message, err)) < 0)) return rc;
	for (i = 0; rc == VV_OK && i < t->count; i++) {
		move *m = &t->moves[i];

		rc = m->change->id && !m->packed ? commit_move(r, m, message, err)
						 : remove_loose(t, m, err);
	}
	vv_status last = sync_emptied(t, NULL, rc == VV_OK ? err : NULL);
	rc = rc < 0 ? rc : last;
	if (rc == VV_OK) {
		rc = vv_syncs_wait(&r->later, err); /* where nothing had to be written */
	}
	if (rc < 0 && i > 1) {
		(void)vv_prefix(err, "only %zu of %zu changes of refs were completed", i - 1,
				t->count);
	}
	return rc;
}

vv_status vv_refs_update(vv_repository *r, const vv_ref_change *changes, size_t count,
			 const char *message, vv_error *err)
{
	vv_auto(transaction) t = {.repo = r, .moves = vv_calloc(count, sizeof(move))};

	if (!t.moves) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		t.moves[i].change = &changes[i];
	}
	t.count = count;
	qsort(t.moves, count, sizeof(move), by_name);
	vv_share_own(r);
	return count > 0 ? move_all(&t, message, err) : VV_OK;
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
		(void)vv_prefix(err, "HEAD was moved, but a later step failed");
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
	bool tag;
	vv_auto(char) *text = vv_asprintf("%s\n", vv_oid_shows(commit));
	vv_status rc;

	if ((rc = vv_alloc_ok(text, err)) < 0 || (rc = vv_repository_flush(r, err)) < 0 ||
	    (rc = check_target(r, &target, &tag, err)) < 0) {
		return rc;
	}
	return write_head(r, text, commit, message, err);
}
