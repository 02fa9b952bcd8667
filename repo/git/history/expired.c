/*
 * expired: how the lists of a tree become one map, when it is read again, and how a list is added.
 */
#include "repo/git/history/expired.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cid_map.h"
#include "repo/git/blob.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/refs.h"
#include "repo/git/quarantine.h"
#include "repo/git/repository_internal.h"
#include "repo/git/tree.h"

#define FIRST_LINE "varve expired 1\n"
#define LIST_MAX ((uint64_t)1 << 30) /* bytes of one list: some ten million versions */
#define ADD_TRIES 20

VV_AUTO_FREE(git_treebuilder, git_treebuilder_free)

struct vv_expired {
	git_oid tip;      /* the commit whose lists these are; zeros: the ref did not exist */
	vv_cid_map roots; /* each with the number of its note */
	vv_expired_note *notes;
	size_t count, cap;
	vv_arena texts;
	vv_expired *before; /* the earlier lists of the ref, which callers may still use */
};

void vv_expired_close(vv_expired *e)
{
	while (e) {
		vv_expired *before = e->before;

		vv_cid_map_reset(&e->roots);
		vv_arena_clear(&e->texts);
		vv_free(e->notes);
		vv_free(e);
		e = before;
	}
}

/* ---- the text of a list ---- */

/* The rest of a line "NAME rest", and moves *at past the line; NULL: another line. */
static const char *rest_of_line(vv_arena *texts, char **at, const char *name)
{
	const size_t len = strlen(name);
	const char *line = vv_text_cut_line(at);

	if (!line || strncmp(line, name, len) != 0 || line[len] != ' ') return NULL;
	return vv_arena_strndup(texts, line + len + 1, strlen(line + len + 1));
}

/* Returns false if the text has another form. */
static bool read_note(vv_expired_note *out, vv_arena *texts, char **at)
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

static vv_status add_list(vv_expired *e, char *text, vv_error *err)
{
	vv_expired_note note;
	char *at = text;
	vv_cid root;
	vv_status rc;

	if (!read_note(&note, &e->texts, &at)) return VV_OK; /* of a newer varve, or none */
	if (!vv_array_add(e->notes, e->count, e->cap, note)) return vv_fail_nomem(err);
	for (const char *line; (line = vv_text_cut_line(&at)) != NULL;) {
		if (vv_cid_parse(&root, line, strlen(line), VV_IGNORED) < 0) {
			continue;
		}
		if ((rc = add_root(e, &root, e->count - 1, err)) < 0) return rc;
	}
	return VV_OK;
}

/* ---- the ref ---- */

typedef struct reading {
	vv_expired *to;
	vv_repository *repo;
} reading;

static vv_status on_list(void *payload, const vv_tree_entry *entry, vv_error *err)
{
	reading *in = payload;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	if (vv_mode_is_submodule(entry->mode) || strchr(entry->path, '/')) return VV_OK;
	if ((rc = vv_blob_read(in->repo, &entry->id, LIST_MAX, &text, err)) < 0) return rc;
	vv_auto(char) *list = vv_buf_detach(&text);
	return list ? add_list(in->to, list, err) : vv_fail_nomem(err);
}

static void close_expired(vv_repository *r)
{
	vv_expired_close(r->expired);
	r->expired = NULL;
}

vv_status vv_expired_open(vv_expired **out, vv_repository *r, const vv_oid *tip, vv_error *err)
{
	vv_auto(vv_expired) *e = vv_calloc(1, sizeof(*e));

	if (!e) return vv_fail_nomem(err);
	e->tip = *vv_to_git(tip);
	if (!vv_oid_is_null(tip) && vv_tree_each(r, tip, "", on_list, &(reading){e, r}, err) < 0) {
		return vv_prefix(err, "cannot read '%s'", VV_EXPIRED_REF);
	}
	return vv_hand_over(out, &e);
}

static vv_status read_expired(vv_repository *r, vv_error *err)
{
	git_oid tip = {{0}};

	if (git_reference_name_to_id(&tip, r->git, VV_EXPIRED_REF) < 0) {
		memset(&tip, 0, sizeof(tip)); /* there is none */
	}
	if (r->expired && git_oid_equal(&r->expired->tip, &tip)) return VV_OK;
	vv_auto(vv_expired) *e = NULL;
	const vv_status rc = vv_expired_open(&e, r, vv_from_git(&tip), err);
	if (rc < 0) return rc;
	e->before = r->expired;
	r->expired = vv_take(&e);
	r->close_expired = close_expired;
	return VV_OK;
}

vv_status vv_expired_read(const vv_expired **out, vv_repository *r, vv_error *err)
{
	const vv_status rc = read_expired(r, err);

	*out = r->expired;
	return rc;
}

bool vv_expired_has(const vv_expired *e, const vv_cid *root)
{
	uint64_t note;

	return e && vv_cid_map_get(&e->roots, root, &note);
}

vv_status vv_expired_find(bool *is, vv_expired_note *out, vv_repository *r, const vv_cid *root,
			  vv_error *err)
{
	uint64_t note;
	const vv_status rc = read_expired(r, err);

	*is = rc == VV_OK && vv_cid_map_get(&r->expired->roots, root, &note);
	if (*is && out) {
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

/* ---- adding a list ---- */

static int by_text(const void *a, const void *b)
{
	char left[VV_CID_TEXT + 1], right[VV_CID_TEXT + 1];

	vv_cid_text(left, a);
	vv_cid_text(right, b);
	return strcmp(left, right);
}

/* Appends those of the roots that no list names yet. */
static vv_status find_new(vv_cids *out, const vv_expired *had, const vv_cid *roots, size_t count,
			  vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		if (!vv_expired_has(had, &roots[i]) &&
		    (rc = vv_cids_add(out, &roots[i], err)) < 0) {
			return rc;
		}
	}
	if (out->count > 0) {
		qsort(out->items, out->count, sizeof(*out->items), by_text);
	}
	return VV_OK;
}

static vv_status stage_list(vv_oid *out, vv_repository *r, const vv_expired_note *note,
			    const vv_cids *roots, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	vv_buf_printf(&text, FIRST_LINE "time %lld\nby ", (long long)note->time);
	for (const char *at = note->by; *at; at++) {
		vv_buf_putc(&text, (unsigned char)*at < ' ' ? ' ' : *at);
	}
	vv_buf_printf(&text, "\npolicy %s\n\n", note->policy);
	for (size_t i = 0; i < roots->count; i++) {
		if (i == 0 || !vv_cid_equal(&roots->items[i], &roots->items[i - 1])) {
			vv_buf_printf(&text, "%s\n", vv_cid_shows(&roots->items[i]));
		}
	}
	if ((rc = vv_buf_ok(&text, err)) < 0) return rc;
	return vv_blob_write(r, text.data, text.len, out, err);
}

/* The tree of the ref as last read, NULL if the ref does not exist, and this list. */
static vv_status stage_tree(vv_oid *out, vv_repository *r, const vv_oid *list, vv_error *err)
{
	vv_auto(git_commit) *commit = NULL;
	vv_auto(git_tree) *tree = NULL;
	vv_auto(git_treebuilder) *builder = NULL;
	git_repository *to;
	vv_status rc = vv_quarantine_repository(r, &to, err);
	int code = 0;

	if (rc < 0) return rc;
	if (!git_oid_is_zero(&r->expired->tip)) {
		code = git_commit_lookup(&commit, r->git, &r->expired->tip);
		code = code < 0 ? code : git_commit_tree(&tree, commit);
	}
	if (code < 0 || (code = git_treebuilder_new(&builder, to, tree)) < 0 ||
	    (code = git_treebuilder_insert(NULL, builder, vv_oid_shows(list), vv_to_git(list),
					   GIT_FILEMODE_BLOB)) < 0 ||
	    (code = git_treebuilder_write(vv_to_git_out(out), builder)) < 0) {
		return vv_git_fail(err, code, "cannot add a list to '%s'", VV_EXPIRED_REF);
	}
	return VV_OK;
}

/* VV_ECONFLICT: the ref moved meanwhile. */
static vv_status try_add_list(vv_repository *r, const vv_expired_note *note, const vv_cid *roots,
			      size_t count, vv_error *err)
{
	vv_auto(vv_cids) new = {0};
	vv_oid list, tree, commit, old;
	vv_status rc;

	if ((rc = read_expired(r, err)) < 0 ||
	    (rc = find_new(&new, r->expired, roots, count, err)) < 0 || new.count == 0 ||
	    (rc = stage_list(&list, r, note, &new, err)) < 0 ||
	    (rc = stage_tree(&tree, r, &list, err)) < 0) {
		return rc;
	}
	old = *vv_from_git(&r->expired->tip);
	const vv_commit_options made = {.message = "Add a list of expired versions",
					.tree = &tree,
					.parents = &old,
					.parent_count = !vv_oid_is_null(&old),
					.no_sign = true};
	if ((rc = vv_commit_write(r, &made, &commit, err)) < 0) return rc;
	const vv_ref_change change = {.name = VV_EXPIRED_REF, .id = &commit, .old = &old};
	return vv_refs_update(r, &change, 1, NULL, err);
}

vv_status vv_expired_add(vv_repository *r, const vv_expired_note *note, const vv_cid *roots,
			 size_t count, vv_error *err)
{
	vv_status rc = VV_ECONFLICT;

	for (int i = 0; i < ADD_TRIES && rc == VV_ECONFLICT; i++) {
		rc = try_add_list(r, note, roots, count, err);
	}
	return rc;
}

static char *signed_file(const vv_repository *r)
{
	return vv_path_join(vv_repository_varvedir(r), "expired-signed", (char *)NULL);
}

bool vv_expired_get_signed(vv_oid *tip, vv_repository *r)
{
	vv_auto(char) *file = signed_file(r);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_commit) c = {0};

	return file && vv_read_file(&text, file, 2 * VV_OID_TEXT, VV_IGNORED) == VV_OK &&
	       text.len == VV_OID_TEXT + 1 && vv_oid_parse(tip, text.data, VV_OID_TEXT) &&
	       vv_commit_read(r, tip, &c, VV_IGNORED) == VV_OK;
}

vv_status vv_expired_set_signed(vv_repository *r, const vv_oid *tip, vv_error *err)
{
	vv_auto(char) *file = signed_file(r);
	char text[VV_OID_TEXT + 2];
	vv_oid now;

	if (vv_expired_get_signed(&now, r) && vv_oid_equal(&now, tip)) return VV_OK;
	vv_oid_text(text, tip);
	text[VV_OID_TEXT] = '\n';
	return file ? vv_write_file(file, text, VV_OID_TEXT + 1, true, err) : vv_fail_nomem(err);
}
