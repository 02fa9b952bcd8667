/*
 * pack_merge: which packs to make into one.
 *
 * By size, largest first, each pack shall have at least twice the next one's
 * bytes: then their number is logarithmic, and a byte is copied as often.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "repo/blocks/store_internal.h"

static int compare_age(const void *pa, const void *pb)
{
	const vv_pack *a = *(vv_pack *const *)pa, *b = *(vv_pack *const *)pb;

	if (a->stat.mtime_sec != b->stat.mtime_sec) {
		return a->stat.mtime_sec < b->stat.mtime_sec ? -1 : 1;
	}
	if (a->stat.mtime_nsec != b->stat.mtime_nsec) {
		return a->stat.mtime_nsec < b->stat.mtime_nsec ? -1 : 1;
	}
	return strcmp(a->name, b->name);
}

/* Where among sizes (largest first) the stretch to be merged begins; count for
 * none. */
static size_t find_split(const uint64_t *sizes, size_t count)
{
	uint64_t total = 0;
	size_t split = 0, i;

	while (split + 1 < count && sizes[split] / 2 >= sizes[split + 1]) {
		split++;
	}
	if (split + 1 >= count) {
		return count;
	}
	for (i = split; i < count; i++) {
		total += sizes[i];
	}
	while (split > 0 && sizes[split - 1] / 2 < total) {
		total += sizes[--split];
	}
	return split;
}

vv_status vv_merge_choose(const vv_pack_list *l, uint64_t new_len, vv_pack ***out, size_t *count,
			  vv_error *err)
{
	uint64_t *sizes = vv_calloc(l->count + 1, sizeof *sizes);
	vv_pack **packs = vv_calloc(l->count + 1, sizeof *packs); /* NULL stands for the new one */
	size_t n = 0, split, at = 0, i;
	vv_status rc = VV_OK;

	*out = NULL;
	*count = 0;
	if (!sizes || !packs) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	for (i = 0; i < l->own; i++) {
		if (!l->packs[i]->id.aside && !vv_pack_is_damaged(l->packs[i])) {
			packs[n++] = l->packs[i]; /* the list is by size already */
		}
	}
	while (at < n && packs[at]->stat.size >= new_len) {
		at++;
	}
	memmove(packs + at + 1, packs + at, (n - at) * sizeof *packs);
	packs[at] = NULL;
	n++;
	for (i = 0; i < n; i++) {
		sizes[i] = packs[i] ? packs[i]->stat.size : new_len;
	}
	split = find_split(sizes, n);
	if (split > at) {
		goto done; /* the new one is fine where it is */
	}
	memmove(packs + at, packs + at + 1, (n - at - 1) * sizeof *packs);
	n--;
	memmove(packs, packs + split, (n - split) * sizeof *packs);
	n -= split;
	qsort(packs, n, sizeof *packs, compare_age);
	*out = packs;
	*count = n;
	packs = NULL;
done:
	vv_free(sizes);
	vv_free(packs);
	return rc;
}
