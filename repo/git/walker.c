/*
 * walker: reading the few lines of a commit that decide how history hangs
 * together, and the queue that all walks use.
 */
#include "repo/git/walker.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"

struct vv_walker {
	vv_repository *repo;
	vv_arena arena;
	vv_nodes nodes;
	vv_hash_index index; /* of nodes */
	uint64_t round;
};

struct vv_queue_item {
	vv_node *node;
	uint64_t number; /* order of pushing */
};

vv_walker *vv_walker_new(vv_repository *r)
{
	vv_walker *w = vv_calloc(1, sizeof(*w));

	if (w) {
		w->repo = r;
	}
	return w;
}

static void close_walker(vv_repository *r)
{
	vv_walker_free(r->walker);
	vv_walker_free(r->spare);
}

vv_status vv_walker_get(vv_repository *r, vv_walker **out, vv_error *err)
{
	if (!r->walker && !(r->walker = vv_walker_new(r))) return vv_fail_nomem(err);
	r->close_walker = close_walker;
	*out = r->walker;
	return VV_OK;
}

vv_walker *vv_walker_take(vv_repository *r)
{
	vv_walker *w = r->spare ? r->spare : vv_walker_new(r);

	r->spare = NULL;
	if (w) {
		vv_walker_begin(w);
	}
	return w;
}

void vv_walker_give(vv_walker *w)
{
	vv_repository *r = w ? w->repo : NULL;

	if (r && !r->spare) {
		r->spare = w;
		r->close_walker = close_walker;
	} else {
		vv_walker_free(w);
	}
}

void vv_walker_free(vv_walker *w)
{
	if (!w) return;
	vv_arena_clear(&w->arena);
	vv_hash_index_clear(&w->index);
	vv_nodes_clear(&w->nodes);
	vv_free(w);
}

vv_node *vv_walker_node(vv_walker *w, const git_oid *id)
{
	uint64_t hash = vv_xxh3(id->id, GIT_OID_RAWSZ, vv_hash_seed());
	vv_node **known = vv_hash_find(w->nodes.items, &w->index, hash, i,
				       git_oid_equal(&(*i)->id, id));
	vv_node *n;

	if (known) return *known;
	if (!(n = vv_arena_calloc(&w->arena, 1, sizeof(*n)))) return NULL;
	git_oid_cpy(&n->id, id);
	return vv_hash_add(w->nodes.items, w->nodes.count, w->nodes.cap, &w->index, hash, n) ? n
											     : NULL;
}

/* --- reading ------------------------------------------------------------ */

vv_header_lines vv_header_lines_of(git_odb_object *commit)
{
	const char *p = git_odb_object_data(commit);

	return (vv_header_lines){p, p + git_odb_object_size(commit)};
}

bool vv_header_take_id(vv_header_lines *in, const char *key, git_oid *out)
{
	size_t key_len = strlen(key);

	if ((size_t)(in->end - in->p) < key_len + 1 + GIT_OID_HEXSZ + 1 ||
	    memcmp(in->p, key, key_len) != 0 || in->p[key_len] != ' ' ||
	    in->p[key_len + 1 + GIT_OID_HEXSZ] != '\n' ||
	    !vv_oid_parse(vv_from_git_out(out), in->p + key_len + 1, GIT_OID_HEXSZ)) {
		return false;
	}
	in->p += key_len + 1 + GIT_OID_HEXSZ + 1;
	return true;
}

/* The committer's seconds; 0 where the line is not as it should be. */
static int64_t read_time(const vv_header_lines *in)
{
	const char *p = in->p;

	while (p < in->end && *p != '\n') {
		const char *eol = memchr(p, '\n', (size_t)(in->end - p));
		const char *stop = eol ? eol : in->end, *s;
		int64_t v = 0;

		if (stop - p > 10 && memcmp(p, "committer ", 10) == 0) {
			for (s = stop; s > p && s[-1] != '>'; s--) {
			}
			for (; s < stop && *s == ' '; s++) {
			}
			for (; s < stop && *s >= '0' && *s <= '9' && v < INT64_MAX / 10 - 10; s++) {
				v = v * 10 + (*s - '0');
			}
			return v;
		}
		p = eol ? eol + 1 : in->end;
	}
	return 0;
}

static bool is_shallow(const vv_repository *r, const git_oid *id)
{
	size_t at = vv_first_place(i, r->shallow_count, git_oid_cmp(&r->shallow[i], id) < 0);

	return at < r->shallow_count && git_oid_equal(&r->shallow[at], id);
}

static vv_status read_parents(vv_walker *w, vv_node *n, vv_header_lines *in, vv_error *err)
{
	vv_header_lines scan = *in;
	uint32_t count = 0;
	git_oid id;

	while (vv_header_take_id(&scan, "parent", &id)) {
		count++;
	}
	if (is_shallow(w->repo, &n->id)) {
		n->cut_off = count > 0;
		*in = scan;
		return VV_OK;
	}
	if (count > 0 && !(n->parents = vv_arena_calloc(&w->arena, count, sizeof(vv_node *)))) {
		return vv_fail_nomem(err);
	}
	for (uint32_t i = 0; i < count; i++) {
		(void)vv_header_take_id(in, "parent", &id);
		if (!(n->parents[i] = vv_walker_node(w, &id))) return vv_fail_nomem(err);
	}
	n->parent_count = count;
	return VV_OK;
}

vv_status vv_node_parse(vv_walker *w, vv_node *n, vv_error *err)
{
	vv_auto(git_odb_object) *object = NULL;
	vv_header_lines in;
	vv_status rc;

	if (n->parsed) return VV_OK;
	if ((rc = vv_object_read(w->repo, &n->id, GIT_OBJECT_COMMIT, VV_COMMIT_BYTES_MAX, &object,
				 err)) < 0) {
		return rc;
	}
	in = vv_header_lines_of(object);
	if (!vv_header_take_id(&in, "tree", &n->tree)) {
		return vv_fail(err, VV_ECORRUPT, "the commit %s does not begin with its tree",
			       vv_git_shows(&n->id));
	}
	if ((rc = read_parents(w, n, &in, err)) < 0) return rc;
	n->time = read_time(&in);
	n->parsed = true;
	return rc;
}

vv_status vv_walker_commit(vv_node **out, vv_walker *w, const vv_oid *id, vv_error *err)
{
	git_object_t type;
	const git_oid *at = vv_to_git(id);
	uint64_t size;
	vv_status rc;

	*out = NULL;
	if (!vv_object_is_here(w->repo, at) ||
	    (rc = vv_object_header(w->repo, at, &type, &size, err)) == VV_ENOTFOUND) {
		return VV_OK;
	}
	if (rc < 0 || type != GIT_OBJECT_COMMIT) return rc;
	if (!(*out = vv_walker_node(w, at))) return vv_fail_nomem(err);
	return vv_node_parse(w, *out, err);
}

vv_status vv_node_parent_tree(const git_oid **out, vv_walker *w, vv_node *n, vv_error *err)
{
	*out = NULL;
	if (n->parent_count == 0) return VV_OK;
	vv_status rc = vv_node_parse(w, n->parents[0], err);
	*out = rc < 0 ? NULL : &n->parents[0]->tree;
	return vv_missing_ok(rc, err);
}

/* --- walks -------------------------------------------------------------- */

void vv_walker_begin(vv_walker *w)
{
	w->round++;
}

static void enter_round(const vv_walker *w, vv_node *n)
{
	if (n->round != w->round) {
		n->round = w->round;
		n->flags = 0;
		n->pending = 0;
		n->note = NULL;
	}
}

uint32_t *vv_node_flags(vv_walker *w, vv_node *n)
{
	enter_round(w, n);
	return &n->flags;
}

void **vv_node_note(vv_walker *w, vv_node *n)
{
	enter_round(w, n);
	return &n->note;
}

static bool item_before(const struct vv_queue_item *a, const struct vv_queue_item *b)
{
	if (a->node->time != b->node->time) return a->node->time > b->node->time;
	return a->number < b->number;
}

vv_status vv_queue_push(vv_queue *q, vv_node *n, vv_error *err)
{
	size_t i;
	struct vv_queue_item item = {n, q->pushed++};

	if (!vv_array_room(q->items, q->count, q->cap)) return vv_fail_nomem(err);
	for (i = q->count++; i > 0 && item_before(&item, &q->items[(i - 1) / 2]); i = (i - 1) / 2) {
		q->items[i] = q->items[(i - 1) / 2];
	}
	q->items[i] = item;
	return VV_OK;
}

vv_node *vv_queue_pop(vv_queue *q)
{
	size_t i = 0, child;

	if (q->count == 0) return NULL;
	vv_node *top = q->items[0].node;
	struct vv_queue_item last = q->items[--q->count];
	while ((child = 2 * i + 1) < q->count) {
		if (child + 1 < q->count && item_before(&q->items[child + 1], &q->items[child])) {
			child++;
		}
		if (!item_before(&q->items[child], &last)) {
			break;
		}
		q->items[i] = q->items[child];
		i = child;
	}
	q->items[i] = last;
	return top;
}

vv_node *vv_queue_at(const vv_queue *q, size_t i)
{
	assert(i < q->count);
	return q->items[i].node;
}

void vv_queue_clear(vv_queue *q)
{
	vv_free(vv_take(&q->items));
	q->count = q->cap = 0;
}

vv_status vv_nodes_add(vv_nodes *list, vv_node *n, vv_error *err)
{
	return vv_array_add(list->items, list->count, list->cap, n) ? VV_OK : vv_fail_nomem(err);
}

void vv_nodes_clear(vv_nodes *list)
{
	vv_free(vv_take(&list->items));
	list->count = list->cap = 0;
}

int vv_nodes_newest_first(const void *x, const void *y)
{
	const vv_node *a = *(vv_node *const *)x, *b = *(vv_node *const *)y;

	if (a->time != b->time) return a->time < b->time ? 1 : -1;
	return git_oid_cmp(&a->id, &b->id);
}
