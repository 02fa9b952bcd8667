/*
 * expired: how the lists of a tree become one map, and when it is read again.
 */
#include "repo/git/history/expired.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cid_map.h"
#include "repo/git/repository_internal.h"

#define FIRST_LINE "varve expired 1\n"
#define LIST_MAX ((uint64_t)1 << 30) /* bytes of one list: some ten million versions */

struct vv_expired {
	git_oid tip;      /* the commit whose lists these are; zeros: the ref did not exist */
	vv_cid_map roots; /* each with the number of its note */
	vv_expired_note *notes;
	size_t count, cap;
	vv_arena texts;
};

typedef struct vv_expired vv_expired;
static void expired_free(vv_expired *e)
{
	if (!e) return;
	vv_cid_map_reset(&e->roots);
	vv_arena_clear(&e->texts);
	vv_free(e->notes);
	vv_free(e);
}
VV_AUTO_FREE(vv_expired, expired_free)

/* ---- the text of a list ---- */

/* The rest of a line "NAME rest", and moves *at past the line; NULL: another line. */
static const char *rest_of_line(vv_arena *texts, const char **at, const char *name)
{
	const size_t len = strlen(name);
	const char *end = strchr(*at, '\n');

	if (!end || strncmp(*at, name, len) != 0 || (*at)[len] != ' ') return NULL;
	const char *text = *at + len + 1;
	*at = end + 1;
	return vv_arena_strndup(texts, text, (size_t)(end - text));
}

/* Returns false if the text has another form. */
static bool read_note(vv_expired_note *out, vv_arena *texts, const char **at)
{
	char *end;

	if (strncmp(*at, FIRST_LINE, strlen(FIRST_LINE)) != 0) return false;
	*at += strlen(FIRST_LINE);
	const char *time = rest_of_line(texts, at, "time");
	if (!time || time[strspn(time, "0123456789")] || strlen(time) > 12 || !*time) return false;
	out->time = strtoll(time, &end, 10);
	out->by = rest_of_line(texts, at, "by");
	out->policy = out->by ? rest_of_line(texts, at, "policy") : NULL;
	return out->policy && *(*at)++ == '\n';
}

/* An earlier note of the same version stays unless it is of a later time. */
static vv_status add_root(vv_expired *e, const vv_cid *root, size_t note, vv_error *err)
{
	bool added;
	uint64_t had;
	vv_status rc = vv_cid_map_put(&e->roots, root, note, &added, err);

	if (rc < 0 || added || !vv_cid_map_get(&e->roots, root, &had) ||
	    e->notes[had].time <= e->notes[note].time) {
		return rc;
	}
	return vv_cid_map_set(&e->roots, root, note, err);
}

static vv_status add_list(vv_expired *e, const char *text, vv_error *err)
{
	vv_expired_note note;
	const char *at = text;
	vv_cid root;
	vv_status rc;

	if (!read_note(&note, &e->texts, &at)) return VV_OK; /* of a newer varve, or none */
	if (!vv_array_add(e->notes, e->count, e->cap, note)) return vv_fail_nomem(err);
	for (const char *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		if (vv_cid_parse(&root, at, (size_t)(end - at), VV_IGNORED) < 0) {
			continue;
		}
		if ((rc = add_root(e, &root, e->count - 1, err)) < 0) return rc;
	}
	return VV_OK;
}

/* ---- the ref ---- */

static vv_status read_tree(vv_expired *e, vv_repository *r, git_tree *tree, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
		vv_auto(git_odb_object) *object = NULL;
		vv_auto(vv_buf) text = VV_BUF_INIT;

		if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB) {
			continue;
		}
		if ((rc = vv_object_read(r, git_tree_entry_id(entry), GIT_OBJECT_BLOB, LIST_MAX,
					 &object, err)) < 0) {
			return rc;
		}
		vv_buf_put(&text, git_odb_object_data(object), git_odb_object_size(object));
		if ((rc = vv_buf_ok(&text, err)) < 0 ||
		    (rc = add_list(e, vv_buf_cstr(&text), err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status read_lists(vv_expired *e, vv_repository *r, vv_error *err)
{
	vv_auto(git_commit) *commit = NULL;
	vv_auto(git_tree) *tree = NULL;
	int code = git_commit_lookup(&commit, r->git, &e->tip);

	if (code == 0) {
		code = git_commit_tree(&tree, commit);
	}
	if (code < 0) return vv_git_fail(err, code, "cannot read '%s'", VV_EXPIRED_REF);
	return read_tree(e, r, tree, err);
}

static void close_expired(vv_repository *r)
{
	expired_free(r->expired);
	r->expired = NULL;
}

static vv_status read_expired(vv_repository *r, vv_error *err)
{
	git_oid tip = {{0}};

	if (git_reference_name_to_id(&tip, r->git, VV_EXPIRED_REF) < 0) {
		memset(&tip, 0, sizeof(tip)); /* there is none */
	}
	if (r->expired && git_oid_equal(&r->expired->tip, &tip)) return VV_OK;
	vv_auto(vv_expired) *e = vv_calloc(1, sizeof(*e));
	if (!e) return vv_fail_nomem(err);
	e->tip = tip;
	const vv_status rc = git_oid_is_zero(&tip) ? VV_OK : read_lists(e, r, err);
	if (rc < 0) return rc;
	expired_free(r->expired);
	r->expired = vv_take(&e);
	r->close_expired = close_expired;
	return VV_OK;
}

vv_status vv_expired_find(bool *is, vv_expired_note *out, vv_repository *r, const vv_cid *root,
			  vv_error *err)
{
	uint64_t note;
	const vv_status rc = read_expired(r, err);

	*is = rc == VV_OK && vv_cid_map_get(&r->expired->roots, root, &note);
	if (*is) {
		*out = r->expired->notes[note];
	}
	return rc;
}

void vv_expired_explain(vv_repository *r, const vv_cid *root, vv_error *err)
{
	vv_expired_note note;
	bool is;

	if (vv_expired_find(&is, &note, r, root, VV_IGNORED) < 0 || !is) return;
	if (note.policy[0]) {
		(void)vv_fail(err, VV_EBLOCK, "its rows expired on %.10s by the policy of %s (%s)",
			      vv_text_zoned(note.time, 0), vv_text_shows(note.by),
			      vv_text_shows(note.policy));
	} else {
		(void)vv_fail(err, VV_EBLOCK, "its rows expired on %.10s by the policy of %s",
			      vv_text_zoned(note.time, 0), vv_text_shows(note.by));
	}
	err->gap = VV_GAP_EXPIRED;
}
