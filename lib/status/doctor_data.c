/*
 * doctor_data: checks the paths of the index: tracked by varve or Git, by which attributes, and whether
 * a pointer matches its root and the root is stored here.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/root.h"
#include "lib/names/damaged_pointer.h"
#include "lib/names/lfs.h"
#include "lib/remotes/remote.h"
#include "lib/status/doctor.h"
#include "lib/status/lost_tables.h"
#include "lib/status/unsent.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/attributes_lines.h"
#include "lib/worktree/filter.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"
#include "repo/git/objects/send.h"
#include "repo/git/program.h"
#include "repo/known/elsewhere.h"
#include "repo/known/roots.h"

typedef struct data {
	vv_doctor *d;
	vv_repository *r;
	vv_attr_list lines, beaten;
	bool remote; /* there is one to fetch from */
} data;

static void data_clear(data *a)
{
	vv_attr_list_clear(&a->lines);
	vv_attr_list_clear(&a->beaten);
}
VV_AUTO_CLEAR(data, data_clear)

static vv_status say_path(data *a, const char *what, const char *message, const char *path,
			  vv_hint_id hint, vv_error *err)
{
	return vv_doctor_say(a->d, what, true, vv_doctor_hint(a->d, hint, path), err, "%s: %s",
			     vv_text_shows(path), message);
}

/* The last commit that changed the path: " (the path last changed in commit a1b2c3d of 2026-11-20)". */
static void put_since(vv_buf *b, vv_repository *r, const char *path)
{
	vv_auto(vv_buf) out = VV_BUF_INIT;

	if (vv_path_last_commit(&out, r, path, "--format=%h of %as", VV_IGNORED) == VV_OK &&
	    out.len > 0) {
		vv_buf_printf(b, " (the path last changed in commit %.*s)",
			      (int)strcspn(out.data, "\n"), out.data);
	}
}

static vv_status look_for_blocks(data *a, const char *path, const vv_pointer *p, bool *here,
				 vv_error *err)
{
	vv_auto(vv_elsewhere) *noted = NULL;
	vv_auto(vv_buf) since = VV_BUF_INIT;
	vv_store *store;
	vv_status rc;

	if ((rc = vv_repository_store(a->r, &store, err)) < 0 ||
	    (rc = vv_store_complete(store, &p->root, here, NULL, err)) < 0 || *here ||
	    (rc = vv_elsewhere_read(&noted, a->r, err)) < 0) {
		return rc;
	}
	if (vv_elsewhere_links(noted, &p->root)) {
		return vv_doctor_say(
			a->d, "blocks", false, vv_doctor_hint(a->d, VV_HINT_BLOCKS_FETCH, NULL),
			err, "%s is linked: its rows are at %s", vv_text_shows(path),
			vv_text_url(vv_elsewhere_keeper(noted, &p->root) + strlen(VV_LINK_SCHEME)));
	}
	put_since(&since, a->r, path);
	bool repair = vv_work_has_data(a->r, path);
	vv_hint_id hint = VV_HINT_BLOCKS_REMOTE;

	if (repair) {
		hint = VV_HINT_FSCK_REPAIR;
	} else if (a->remote) {
		hint = VV_HINT_BLOCKS_FETCH;
	}
	rc = since.failed ? vv_fail_nomem(err)
			  : vv_doctor_say(a->d, "blocks", true, vv_doctor_hint(a->d, hint, NULL),
					  err, "%s: some of its blocks are missing here%s",
					  vv_text_shows(path), vv_buf_cstr(&since));
	if (rc == VV_OK) {
		a->d->findings[a->d->count - 1].fetch = !repair && a->remote;
	}
	return rc;
}

static vv_status look_for_truth(data *a, const char *path, const vv_buf *text, const vv_pointer *p,
				vv_error *err)
{
	vv_store *store;
	bool holds;
	vv_status rc;

	if ((rc = vv_repository_store(a->r, &store, err)) < 0 ||
	    (rc = vv_root_pointer_holds(&holds, store, text->data, text->len, &p->root, err)) < 0 ||
	    holds) {
		return rc;
	}
	return say_path(a, "pointer", "its pointer was edited, and no longer identifies its data",
			path, VV_HINT_FIX, err);
}

static vv_status say_damaged(data *a, const char *path, const char *what, bool work, vv_error *err)
{
	vv_auto(vv_buf) mend = VV_BUF_INIT;
	vv_status rc = vv_damaged_pointer_mend(&mend, a->r, path, NULL, err);

	if (rc < 0 || (rc = vv_buf_ok(&mend, err)) < 0) return rc;
	return vv_doctor_say(a->d, "pointer", true, vv_buf_cstr(&mend), err,
			     "%s%s: a damaged pointer: %s", work ? "in the work tree, " : "",
			     vv_text_shows(path), what);
}

/* Checks a pointer that is not torn. */
static vv_status look_at_pointer(data *a, const char *path, const vv_pointer_blob *b, bool tracked,
				 vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool here = false;
	vv_status rc = VV_OK;

	if (b->found == VV_EINPUT) return say_damaged(a, path, b->why.message, false, err);
	if (b->found == VV_ENOSUPPORT) {
		vv_buf_printf(&text, "its pointer cannot be read: %s", b->why.message);
		return say_path(a, "pointer", vv_buf_cstr(&text), path, VV_HINT_READ_NEWER, err);
	}
	vv_pointer_put(&text, &b->pointer);
	if (text.len != b->text.len &&
	    (rc = say_path(a, "pointer", "its pointer has wrong line ends", path, VV_HINT_FIX,
			   err)) < 0) {
		return rc;
	}
	if (!tracked) {
		vv_auto(char) *filter = NULL;

		rc = vv_attr_value(a->r, path, "filter", &filter, err);
		if (rc == VV_OK && strcmp(filter, "varve") == 0) {
			rc = VV_ENOTFOUND; /* of a line that only the index still has */
		}
		if (rc == VV_OK) {
			rc = vv_doctor_say(
				a->d, strcmp(filter, "lfs") == 0 ? "lfs" : "attributes", true,
				vv_doctor_mend(
					a->d,
					"remove from .gitattributes the line that sets this "
					"filter ('git check-attr filter -- %s' shows the filter)",
					vv_text_word(path)),
				err, "%s: filter=%s overrides varve's line", vv_text_shows(path),
				vv_text_shows(filter));
		} else if (rc == VV_ENOTFOUND) {
			rc = say_path(
				a, "attributes",
				"it is a table of varve, but no line of .gitattributes declares it",
				path, VV_HINT_TRACK, err);
		}
		if (rc < 0) return rc;
	}
	if ((rc = look_for_blocks(a, path, &b->pointer, &here, err)) == VV_OK && here) {
		rc = look_for_truth(a, path, &b->text, &b->pointer, err);
	}
	return rc;
}

static vv_status say_torn(data *a, const char *path, const vv_buf *text, bool work, vv_error *err)
{
	vv_cid roots[3];
	bool has[3];
	vv_error why;

	(void)vv_pointer_refuse_torn(vv_buf_cstr(text), text->len, path, &why);
	vv_hint_word(&why, a->d->words);
	return vv_doctor_say(a->d, "pointer", true,
			     vv_pointer_torn_roots(roots, has, vv_buf_cstr(text), text->len)
				     ? vv_doctor_hint(a->d, VV_HINT_FIX, path)
				     : why.hint,
			     err, "%s%s", work ? "in the work tree, " : "", why.message);
}

/* The text that Git has under a path which varve is to keep. */
static vv_status look_at_text(data *a, const vv_index_entry *e, uint64_t size, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(char) *object = NULL;
	const char *path = e->path;
	vv_status rc = VV_OK;

	if (size <= VV_LFS_POINTER_MAX &&
	    (rc = vv_blob_read(a->r, &e->id, VV_LFS_POINTER_MAX, &text, err)) < 0) {
		return rc;
	}
	rc = vv_lfs_find(&object, a->r, vv_buf_cstr(&text), text.len, VV_IGNORED);
	bool lfs = object || rc == VV_EMISSING;

	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	return lfs ? say_path(a, "lfs",
			      "Git LFS stores its data, but .gitattributes assigns it to varve",
			      path, VV_HINT_MIGRATE, err)
		   : say_path(a, "plain",
			      "Git stores it as plain text, but .gitattributes assigns it to varve",
			      path, VV_HINT_FIX, err);
}

/* A whole pointer in place of a table whose blocks are stored here: git wrote it without varve, or before
 * they were. Above varve.smudgeLimit that is intended. */
static vv_status look_at_standing(data *a, const char *path, const vv_pointer *p, vv_error *err)
{
	uint64_t limit;
	vv_store *store;
	bool here = false;
	vv_status rc;

	if ((rc = vv_config_u64(a->r, "varve.smudgelimit", VV_SMUDGE_LIMIT, &limit, err)) < 0 ||
	    p->bytes > limit || (rc = vv_repository_store(a->r, &store, err)) < 0 ||
	    (rc = vv_store_complete(store, &p->root, &here, NULL, err)) < 0 || !here) {
		return rc;
	}
	return say_path(a, "pointer", "the work tree has its pointer instead of the data", path,
			VV_HINT_RESTORE_DATA, err);
}

/* Checks a pointer in the work tree in place of a table, or one that git could not merge. */
static vv_status look_at_work(data *a, const char *path, bool tracked, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(a->r, path);
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_pointer p;
	vv_stat st;
	vv_error why;
	vv_status rc = VV_OK;

	if (!file) return vv_fail_nomem(err);
	if (vv_lstat(&st, file, NULL) < 0 || !S_ISREG(st.mode) || st.size > VV_POINTER_MAX ||
	    vv_read_regular(&text, file, VV_POINTER_MAX, NULL) < 0) {
		return rc;
	}
	vv_pointer_tidy(&text);
	if (vv_pointer_is_torn(vv_buf_cstr(&text), text.len)) {
		rc = say_torn(a, path, &text, true, err);
	} else if (!vv_pointer_looks_like(text.data, text.len)) {
		rc = VV_OK;
	} else if (vv_pointer_read(&p, &arena, text.data, text.len, &why) < 0) {
		rc = say_damaged(a, path, why.message, true, err);
	} else if (tracked) { /* else 'varve track' writes it, too */
		rc = look_at_standing(a, path, &p, err);
	}
	return rc;
}

static vv_status look_at(data *a, const vv_index_entry *e, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_pointer_blob) b = {0};
	bool tracked = false;
	vv_status rc;

	if (vv_attr_list_concerns(&a->lines, e->path) &&
	    (rc = vv_attr_tracked(a->r, e->path, &tracked, err)) < 0) {
		return rc;
	}
	if ((rc = vv_pointer_blob_read(&b, &arena, a->r, &e->id, err)) < 0) return rc;
	if (b.found == VV_ENOTFOUND) {
		if (!tracked || b.size == 0 || !vv_add_may(e->path)) return VV_OK;
		a->d->tables++;
		return look_at_text(a, e, b.size, err);
	}
	a->d->tables++;
	/* a macro's line is not among those of the list */
	if (!tracked && (rc = vv_attr_tracked(a->r, e->path, &tracked, err)) < 0) return rc;
	if (vv_pointer_is_torn(b.text.data, b.text.len)) {
		return say_torn(a, e->path, &b.text, false, err);
	}
	return (rc = look_at_pointer(a, e->path, &b, tracked, err)) < 0
		       ? rc
		       : look_at_work(a, e->path, tracked, err);
}

static vv_status say_beaten(data *a, vv_error *err)
{
	vv_auto(vv_buf) all = VV_BUF_INIT;
	vv_status rc = VV_OK;

	vv_attr_beaten_put(&a->beaten, &all);
	for (vv_line l = {.rest = vv_buf_cstr(&all)}; rc == VV_OK && vv_line_next(&l);) {
		rc = vv_doctor_say(a->d, "attributes", true,
				   "limit that line to other files, or end it with "
				   "'-text -working-tree-encoding'",
				   err, "%.*s: this line makes Git change pointers", (int)l.len,
				   l.text);
	}
	return rc;
}

static vv_status find_remote(data *a, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	vv_status rc = vv_remote_names(&names, a->r, err);

	a->remote = names.count > 0;
	return rc;
}

typedef struct older {
	vv_store *store;
	vv_elsewhere *elsewhere;
	vv_repository *repo;
	uint64_t missing;
} older;

static vv_status count_missing(void *payload, const vv_cid *cid, const char *path VV_UNUSED,
			       const vv_oid *commit VV_UNUSED, const char *what, vv_error *err)
{
	older *o = payload;
	bool expired;

	if (what || vv_store_has(o->store, cid) || vv_elsewhere_has(o->elsewhere, cid)) {
		return VV_OK;
	}
	const vv_status rc = vv_expired_find(&expired, NULL, o->repo, cid, err);
	o->missing += rc == VV_OK && !expired;
	return rc;
}

/* Versions of the history: git brings commits without their rows. */
static vv_status look_at_history(data *a, vv_error *err)
{
	older o = {.repo = a->r};
	vv_status rc = vv_repository_store(a->r, &o.store, err);

	if (rc == VV_OK && (rc = vv_elsewhere_read(&o.elsewhere, a->r, err)) == VV_OK) {
		rc = vv_roots_settled_each(a->r, count_missing, NULL, &o, err);
	}
	vv_elsewhere_free(o.elsewhere);
	if (rc < 0 || o.missing == 0) return rc;
	rc = vv_doctor_say(a->d, "blocks", false, vv_doctor_hint(a->d, VV_HINT_BLOCKS_FETCH, NULL),
			   err, "the blocks of %s of the history are missing here",
			   vv_text_counted(o.missing, "version", "versions"));
	if (rc == VV_OK) {
		a->d->findings[a->d->count - 1].fetch = true;
	}
	return rc;
}

static vv_status say_left(void *payload, const char *path, const char *words, vv_error *err)
{
	return say_path(payload, "plain", words, path, VV_HINT_ADD_CONVERT, err);
}

vv_status vv_doctor_data(vv_doctor *d, vv_repository *r, vv_index *x, vv_error *err)
{
	vv_auto(data) a = {.d = d, .r = r};
	vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(r);
	uint64_t unsent = 0;
	vv_status rc;

	if ((rc = find_remote(&a, err)) < 0 ||
	    (rc = vv_attr_list_read(&a.lines, r, NULL, VV_ATTR_FILTER_LINES, err)) < 0 ||
	    (rc = vv_attr_list_read(&a.beaten, r, x, VV_ATTR_TEXT_LINES, err)) < 0) {
		return rc;
	}
	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(x, &e);) {
		if (e.stage == 0 && S_ISREG(e.mode) && !vv_add_never(e.path) &&
		    (rc = look_at(&a, &e, err)) == VV_OK) {
			rc = vv_attr_beaten_note(&a.beaten, r, e.path, err);
		}
	}
	if (rc < 0 || (rc = say_beaten(&a, err)) < 0 ||
	    (rc = vv_left_tables_each(r, x, &a.lines, true, say_left, &a, err)) < 0 ||
	    d->tables == 0 || (rc = vv_unsent_count(&unsent, r, err)) < 0 ||
	    (rc = look_at_history(&a, err)) < 0 || unsent == 0) {
		return rc;
	}
	return vv_doctor_say(d, "unsent", false, vv_doctor_hint(d, VV_HINT_PUSH, NULL), err,
			     "local branches have %s that no known remote has",
			     vv_text_counted(unsent, "version of a table", "versions of tables"));
}
