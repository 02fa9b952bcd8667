/*
 * dictionary: which texts an array has had.
 */
#include "lib/arrow/dictionary.h"

#include <string.h>

#include "base/hash.h"

void vv_arrow_dictionary_clear(vv_arrow_dictionary *d)
{
	vv_hash_index_clear(&d->index);
	vv_arrow_drop(&d->ends);
	vv_arrow_drop(&d->text);
}

static bool put_end(vv_arrow_dictionary *d)
{
	const uint32_t end = (uint32_t)d->text.len;

	if (!vv_arrow_room(&d->ends, sizeof(end))) return false;
	memcpy(d->ends.bytes + d->ends.len, &end, sizeof(end));
	d->ends.len += sizeof(end);
	return true;
}

bool vv_arrow_dictionary_begin(vv_arrow_dictionary *d)
{
	vv_hash_index_reset(&d->index);
	d->ends.len = d->text.len = d->count = 0;
	/* A buffer of no bytes is a pointer all the same: not every consumer takes NULL. */
	return vv_arrow_room(&d->text, 1) && put_end(d);
}

static bool has_text(const vv_arrow_dictionary *d, size_t place, const char *text, size_t len)
{
	const uint32_t *ends = (const uint32_t *)(const void *)d->ends.bytes;

	return ends[place + 1] - ends[place] == len &&
	       (len == 0 || memcmp(d->text.bytes + ends[place], text, len) == 0);
}

bool vv_arrow_dictionary_put(size_t *place, vv_arrow_dictionary *d, const char *text, size_t len)
{
	const uint64_t hash = vv_xxh3(text, len, vv_hash_seed());
	vv_hash_probe probe = vv_hash_probe_begin(&d->index, hash);

	while (vv_hash_probe_next(&probe, place)) {
		if (has_text(d, *place, text, len)) return true;
	}
	*place = d->count;
	if (!vv_arrow_room(&d->text, len)) return false;
	if (len > 0) {
		memcpy(d->text.bytes + d->text.len, text, len);
	}
	d->text.len += len;
	d->count++;
	return put_end(d) && vv_hash_index_add(&d->index, hash, *place);
}

bool vv_arrow_dictionary_end(struct ArrowArray *out, vv_arrow_dictionary *d)
{
	if (!vv_arrow_array(out, d->count, 0, 3, 0)) return false;
	vv_arrow_give(out, 1, &d->ends);
	vv_arrow_give(out, 2, &d->text);
	return true;
}
