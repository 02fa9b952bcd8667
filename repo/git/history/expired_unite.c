/*
 * expired_unite: which commit the ref moves to.
 *
 * A tree that has all lists of the other is used unchanged, so that repositories which fetch and push in
 * turns soon have the same commit.
 */
#include "repo/git/history/expired_unite.h"

#include <string.h>

#include "repo/git/history/expired.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/quarantine.h"
#include "repo/git/repository_internal.h"

#define TRIES 20

VV_AUTO_FREE(git_treebuilder, git_treebuilder_free)
VV_AUTO_FREE(git_signature, git_signature_free)

/* The ref's commit, and the other. */
typedef struct side {
	git_commit *commit;
	git_tree *tree;
} side;

static void side_clear(side *s)
{
	git_tree_free(s->tree);
	git_commit_free(s->commit);
}
VV_AUTO_CLEAR(side, side_clear)

static vv_status read_side(side *s, vv_repository *r, const vv_oid *id, vv_error *err)
{
	int code = git_commit_lookup(&s->commit, r->git, vv_to_git(id));

	code = code < 0 ? code : git_commit_tree(&s->tree, s->commit);
	return code < 0 ? vv_git_fail(err, code,
				      "cannot read the lists of expired versions in %.10s",
				      vv_oid_shows(id))
			: VV_OK;
}

/* Lists are named by their own ids. */
static bool is_list(const git_tree_entry *e)
{
	return git_tree_entry_type(e) == GIT_OBJECT_BLOB &&
	       strcmp(git_tree_entry_name(e), vv_oid_shows(vv_from_git(git_tree_entry_id(e)))) == 0;
}

/* Does `all` have each list of `some`? */
static bool has_lists(const git_tree *all, const git_tree *some)
{
	for (size_t i = 0; i < git_tree_entrycount(some); i++) {
		const git_tree_entry *e = git_tree_entry_byindex(some, i);

		if (is_list(e) && !git_tree_entry_byname(all, git_tree_entry_name(e))) return false;
	}
	return true;
}

static int insert_lists(git_treebuilder *to, const git_tree *from)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < git_tree_entrycount(from); i++) {
		const git_tree_entry *e = git_tree_entry_byindex(from, i);

		if (is_list(e)) {
			code = git_treebuilder_insert(NULL, to, git_tree_entry_name(e),
						      git_tree_entry_id(e), GIT_FILEMODE_BLOB);
		}
	}
	return code;
}

/* The same for both orders of the sides. */
static int write_commit(git_oid *out, git_repository *to, const git_oid *tree, const side *a,
			const side *b)
{
	vv_auto(git_signature) *by = NULL;
	const git_commit *parents[] = {a->commit, b->commit};
	const git_time_t times[] = {git_commit_time(a->commit), git_commit_time(b->commit)};
	if (git_oid_cmp(git_commit_id(a->commit), git_commit_id(b->commit)) > 0) {
		parents[0] = b->commit;
		parents[1] = a->commit;
	}
	vv_auto(git_tree) *made = NULL;
	int code = git_signature_new(&by, "varve", "varve", times[times[1] > times[0]], 0);

	if (code < 0 || (code = git_tree_lookup(&made, to, tree)) < 0) return code;
	return git_commit_create(out, to, NULL, by, by, NULL, "Unite lists of expired versions\n",
				 made, 2, (void *)parents);
}

static vv_status make_commit(vv_oid *out, vv_repository *r, const side *a, const side *b,
			     vv_error *err)
{
	vv_auto(git_treebuilder) *builder = NULL;
	git_repository *to;
	git_oid tree;
	vv_status rc = vv_quarantine_repository(r, &to, err);
	int code;

	if (rc < 0) return rc;
	if ((code = git_treebuilder_new(&builder, to, NULL)) < 0 ||
	    (code = insert_lists(builder, a->tree)) < 0 ||
	    (code = insert_lists(builder, b->tree)) < 0 ||
	    (code = git_treebuilder_write(&tree, builder)) < 0 ||
	    (code = write_commit(vv_to_git_out(out), to, &tree, a, b)) < 0) {
		return vv_git_fail(err, code, "cannot unite lists in '%s'", VV_EXPIRED_REF);
	}
	return VV_OK;
}

/* Sets *out to the commit of the ref afterwards. */
static vv_status choose_commit(vv_oid *out, vv_repository *r, const vv_oid *tip,
			       const vv_oid *other, vv_error *err)
{
	vv_auto(side) ours = {NULL, NULL}, theirs = {NULL, NULL};
	bool below = false;
	vv_status rc = read_side(&theirs, r, other, err);

	*out = *other;
	if (rc < 0 || vv_oid_is_null(tip)) return rc;
	if ((rc = read_side(&ours, r, tip, err)) < 0) return rc;
	if (has_lists(theirs.tree, ours.tree)) return VV_OK;
	*out = *tip;
	if (has_lists(ours.tree, theirs.tree) &&
	    ((rc = vv_is_ancestor(r, other, tip, &below, err)) < 0 || below)) {
		return rc;
	}
	return make_commit(out, r, &ours, &theirs, err);
}

static vv_status unite_once(vv_repository *r, const vv_oid *other, vv_error *err)
{
	vv_auto(vv_ref) ref = {0};
	vv_oid to;
	vv_status rc = vv_ref_get(r, VV_EXPIRED_REF, &ref, err);

	if (rc < 0 && (rc = vv_missing_ok(rc, err)) < 0) return rc;
	if (vv_oid_equal(&ref.id, other)) return VV_OK;
	rc = choose_commit(&to, r, &ref.id, other, err);
	if (rc < 0 || vv_oid_equal(&to, &ref.id)) return rc;
	const vv_ref_change change = {
		.name = VV_EXPIRED_REF, .id = &to, .old = &ref.id, .force = true};
	return vv_refs_update(r, &change, 1, "unite", err);
}

vv_status vv_expired_unite(vv_repository *r, const vv_oid *other, vv_error *err)
{
	vv_status rc = VV_ECONFLICT;

	for (int i = 0; i < TRIES && rc == VV_ECONFLICT; i++) {
		rc = unite_once(r, other, err);
	}
	return rc;
}
