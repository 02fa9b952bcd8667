/*
 * likeness: knows libgit2's interface for measures of likeness.
 */
#include "repo/git/merge/likeness.h"

#include <stdlib.h>

#include <git2/sys/hashsig.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/sys.h"
#include "repo/blocks/reach.h"
#include "repo/git/merge/renames.h"
#include "repo/git/pointer.h"

#define BLOCKS_MAX 4000000u
/* Of a dataset with more blocks the blocks alone decide. */
#define FEW_BLOCKS 16u

static vv_rename_rows rows_of;

void vv_renames_by_rows(vv_rename_rows rows)
{
	rows_of = rows;
}

typedef struct signature {
	bool pointer;
	git_hashsig *text; /* NULL: too short to say */
	vv_cid *leaves;    /* of a dataset, sorted */
	size_t count, cap;
	uint64_t *rows; /* of a small table, ascending */
	size_t row_count;
} signature;

static void signature_free(void *sig, void *payload)
{
	signature *s = sig;

	(void)payload;
	if (s) {
		git_hashsig_free(s->text);
		vv_free(s->leaves);
		vv_free(s->rows);
		vv_free(s);
	}
}

static int by_cid(const void *a, const void *b)
{
	return vv_cid_compare(a, b);
}

static vv_status add_leaf(void *payload, const vv_cid *cid, const void *bytes, size_t len,
			  vv_status state, vv_error *err)
{
	signature *s = payload;

	(void)len;
	(void)state;
	if (bytes || cid->codec != VV_CODEC_RAW) {
		return VV_OK;
	}
	if (!vv_array_room(s->leaves, s->count, s->cap)) {
		return vv_fail_nomem(err);
	}
	s->leaves[s->count++] = *cid;
	return VV_OK;
}

/* The blocks of a dataset; what cannot be read proves nothing. */
static void collect_leaves(signature *s, vv_repository *r, const char *text, size_t len)
{
	vv_arena arena = VV_ARENA_INIT;
	vv_walk walk = {.budget = BLOCKS_MAX, .visit = add_leaf, .payload = s};
	vv_pointer p;

	if (vv_pointer_read(&p, &arena, text, len, NULL) == VV_OK &&
	    vv_repository_store(r, &walk.store, NULL) == VV_OK && (walk.seen = vv_cid_set_new()) &&
	    vv_walk_from(&walk, &p.root, NULL) == VV_OK && s->count > 1) {
		qsort(s->leaves, s->count, sizeof(*s->leaves), by_cid);
	}
	if (rows_of && s->count > 0 && s->count <= FEW_BLOCKS) {
		rows_of(walk.store, &p.root, &s->rows, &s->row_count, NULL);
	}
	vv_cid_set_free(walk.seen);
	vv_arena_clear(&arena);
}

static int sign_buffer(void **out, const git_diff_file *file, const char *bytes, size_t len,
		       void *payload)
{
	signature *s = vv_calloc(1, sizeof(*s));
	int code = 0;

	(void)file;
	*out = NULL;
	if (!s) {
		return -1;
	}
	s->pointer = len <= VV_POINTER_MAX && vv_pointer_looks_like(bytes, len);
	if (s->pointer) {
		collect_leaves(s, payload, bytes, len);
	} else {
		code = git_hashsig_create(&s->text, bytes, len, GIT_HASHSIG_SMART_WHITESPACE);
	}
	if (code < 0) {
		signature_free(s, NULL);
		return code; /* GIT_EBUFS: too short, which libgit2 takes for "not alike" */
	}
	*out = s;
	return 0;
}

static int sign_file(void **out, const git_diff_file *file, const char *path, void *payload)
{
	(void)out;
	(void)file;
	(void)path;
	(void)payload;
	return GIT_EBUFS; /* trees have no files in the work tree */
}

static int shared(const signature *a, const signature *b)
{
	size_t i = 0, k = 0, same = 0, most = a->count > b->count ? a->count : b->count;

	while (i < a->count && k < b->count) {
		int c = vv_cid_compare(&a->leaves[i], &b->leaves[k]);

		same += c == 0;
		i += c <= 0;
		k += c >= 0;
	}
	return most ? (int)(same * 100 / most) : 0;
}

static int shared_rows(const signature *a, const signature *b)
{
	size_t i = 0, k = 0, same = 0;
	size_t most = a->row_count > b->row_count ? a->row_count : b->row_count;

	while (i < a->row_count && k < b->row_count) {
		bool equal = a->rows[i] == b->rows[k], behind = a->rows[i] > b->rows[k];

		same += equal;
		i += !behind;
		k += equal || behind;
	}
	return most ? (int)(same * 100 / most) : 0;
}

static int compare(int *score, void *siga, void *sigb, void *payload)
{
	const signature *a = siga, *b = sigb;

	(void)payload;
	*score = 0;
	if (a->pointer && b->pointer) {
		int rows = shared_rows(a, b);

		*score = shared(a, b);
		*score = rows > *score ? rows : *score;
	} else if (!a->pointer && !b->pointer) {
		int likeness = git_hashsig_compare(a->text, b->text);

		if (likeness < 0) {
			return likeness;
		}
		*score = likeness;
	}
	return 0;
}

void vv_likeness_use(git_diff_similarity_metric *out, vv_repository *r)
{
	out->file_signature = sign_file;
	out->buffer_signature = sign_buffer;
	out->free_signature = signature_free;
	out->similarity = compare;
	out->payload = r;
}
