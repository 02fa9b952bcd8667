/*
 * erase_commits: passes the kinds of refs, and the refs of notes, from commits to their parents.
 */
#include "lib/space/erase_commits.h"

#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "repo/git/history/commit.h"
#include "repo/git/history/log.h"

void vv_erase_commits_clear(vv_erase_commits *c)
{
	vv_hash_index_clear(&c->index);
	vv_free_all(c->nodes, c->parents, c->tips, c->ranges);
	*c = (vv_erase_commits){.nodes = NULL};
}

vv_erase_reach vv_erase_reach_of(const char *name)
{
	static const struct {
		const char *prefix;
		vv_erase_reach reach;
	} kinds[] = {{"refs/heads/", VV_REACH_BRANCH},
		     {"refs/remotes/", VV_REACH_BRANCH},
		     {"refs/tags/", VV_REACH_TAG},
		     {"refs/stash", VV_REACH_STASH},
		     {"refs/notes/", VV_REACH_NOTES}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strncmp(name, kinds[i].prefix, strlen(kinds[i].prefix)) == 0) {
			return kinds[i].reach;
		}
	}
	return VV_REACH_OTHER;
}

vv_status vv_erase_commits_add(vv_erase_commits *c, const char *name, const vv_oid *commit,
			       unsigned reach, vv_error *err)
{
	const vv_erase_tip tip = {name, *commit, reach};
	const vv_range range = {.include = *commit};

	return vv_array_add(c->tips, c->tip_count, c->tip_cap, tip) &&
			       vv_array_add(c->ranges, c->range_count, c->range_cap, range)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static uint64_t id_hash(const vv_oid *id)
{
	return vv_xxh3(id->id, sizeof(id->id), vv_hash_seed());
}

vv_erase_node *vv_erase_commits_find(const vv_erase_commits *c, const vv_oid *id)
{
	return vv_hash_find(c->nodes, &c->index, id_hash(id), it, vv_oid_equal(&it->id, id));
}

const vv_erase_node *vv_erase_node_parent(const vv_erase_commits *c, const vv_erase_node *n,
					  size_t number)
{
	return &c->nodes[c->parents[n->parent_from + number]];
}

static vv_status list_nodes(vv_erase_commits *c, vv_repository *repo, vv_error *err)
{
	const vv_log_options all = {
		.ranges = c->ranges, .range_count = c->range_count, .topo = true};
	vv_auto(vv_log) *log = NULL;
	vv_oid id;
	int more;
	vv_status rc = vv_log_open(&log, repo, &all, err);

	if (rc < 0) return rc;
	while ((more = vv_log_next(log, &id, err)) > 0) {
		const vv_erase_node new = {.id = id};

		if (!vv_hash_add(c->nodes, c->count, c->cap, &c->index, id_hash(&id), new)) {
			return vv_fail_nomem(err);
		}
	}
	return (vv_status)more;
}

static vv_status link_parents(vv_erase_commits *c, vv_repository *repo, vv_erase_node *n,
			      bool *shallow, vv_error *err)
{
	vv_auto(vv_commit) commit = {0};
	const vv_status rc = vv_commit_read(repo, &n->id, &commit, err);

	if (rc < 0) return rc;
	n->parent_from = c->parent_count;
	for (size_t i = 0; i < commit.parent_count; i++) {
		const vv_erase_node *parent = vv_erase_commits_find(c, &commit.parents[i]);

		if (!parent) {
			*shallow = true;
			continue;
		}
		if (!vv_array_add(c->parents, c->parent_count, c->parent_cap,
				  (size_t)(parent - c->nodes))) {
			return vv_fail_nomem(err);
		}
		n->parent_count++;
	}
	return VV_OK;
}

/* A reflog counts only where no ref reaches a commit. */
static void pass_down_reach(vv_erase_commits *c)
{
	vv_array_each(c->tips, c->tip_count, t) {
		vv_erase_node *n = vv_erase_commits_find(c, &t->commit);

		if (n) {
			n->reached |= 1u << t->reach;
			n->notes = t->reach == VV_REACH_NOTES ? t->name : n->notes;
		}
	}
	vv_array_each(c->nodes, c->count, n) {
		const unsigned named = n->reached & ~(1u << VV_REACH_LOG);

		n->reached = named ? named : n->reached;
		for (size_t i = 0; i < n->parent_count; i++) {
			vv_erase_node *parent = &c->nodes[c->parents[n->parent_from + i]];

			parent->reached |= n->reached;
			parent->notes = parent->notes ? parent->notes : n->notes;
		}
	}
}

/* Chooses `from` and its descendants, and drops links to other commits. */
static vv_status choose_nodes(vv_erase_commits *c, const vv_oid *from, vv_error *err)
{
	if (from && !vv_erase_commits_find(c, from)) {
		return vv_fail(err, VV_ENOTFOUND,
			       "no ref or reflog reaches the commit %s of --from",
			       vv_oid_shows(from));
	}
	for (size_t i = c->count; i-- > 0;) {
		vv_erase_node *n = &c->nodes[i];
		size_t kept = 0;

		for (size_t p = 0; p < n->parent_count; p++) {
			const size_t parent = c->parents[n->parent_from + p];

			if (c->nodes[parent].chosen) {
				c->parents[n->parent_from + kept++] = parent;
			}
		}
		n->chosen = !from || vv_oid_equal(&n->id, from) || kept > 0;
		n->parent_count = kept;
	}
	return VV_OK;
}

vv_status vv_erase_commits_list(vv_erase_commits *c, vv_repository *repo, const vv_oid *from,
				bool *shallow, vv_error *err)
{
	vv_status rc;

	*shallow = false;
	if (c->tip_count > 0 && (rc = list_nodes(c, repo, err)) < 0) return rc;
	vv_array_each(c->nodes, c->count, n) {
		if ((rc = link_parents(c, repo, n, shallow, err)) < 0) return rc;
	}
	pass_down_reach(c);
	return choose_nodes(c, from, err);
}
