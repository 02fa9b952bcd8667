/*
 * array: by how much an array grows.
 */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"

#define FIRST_CAP 16u

bool vv_array_grow(void *items, size_t *cap, size_t least, size_t size)
{
	size_t wanted = *cap > 0 ? *cap : FIRST_CAP / 2;
	void *old;

	/* a sum that overflowed, or no room to double */
	if (least <= *cap || wanted > SIZE_MAX / 2) return false;
	wanted *= 2;
	if (wanted < least) {
		wanted = least;
	}
	/* All object pointers look alike in POSIX; copying keeps within the aliasing rules. */
	memcpy(&old, items, sizeof(old));
	void *grown = vv_realloc_array(old, wanted, size);
	if (!grown) return false;
	memcpy(items, &grown, sizeof(grown));
	*cap = wanted;
	return true;
}

int vv_u64_order(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

size_t vv_u64_set(uint64_t *items, size_t count)
{
	size_t kept = 0;

	if (count > 0) {
		qsort(items, count, sizeof(*items), vv_u64_order);
	}
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || items[kept - 1] != items[i]) {
			items[kept++] = items[i];
		}
	}
	return kept;
}

int vv_text_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool vv_array_has(const size_t *items, size_t count, size_t item)
{
	return vv_array_find(items, count, i, *i == item) != NULL;
}

bool vv_array_keep_rising(uint32_t *places, size_t count)
{
	size_t best = 0;
	vv_auto_free uint32_t *last = vv_malloc((count + 1) *
						sizeof(*last)); /* of runs, by length */
	vv_auto_free uint32_t *before = vv_malloc((count + 1) * sizeof(*before));

	if (!last || !before) return false;
	for (size_t i = 0; i < count; i++) {
		size_t low = 0, high = best;

		if (places[i] == VV_NOT_RISING) {
			continue;
		}
		while (low < high) {
			const size_t middle = (low + high) / 2;

			if (places[last[middle]] < places[i]) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}
		before[i] = low > 0 ? last[low - 1] : UINT32_MAX;
		last[low] = (uint32_t)i;
		best = low == best ? best + 1 : best;
	}
	uint32_t at = best > 0 ? last[best - 1] : UINT32_MAX;
	for (size_t i = count; i-- > 0;) {
		if (i == at) {
			at = before[i];
		} else {
			places[i] = VV_NOT_RISING;
		}
	}
	return true;
}
