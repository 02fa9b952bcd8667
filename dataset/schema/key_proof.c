/*
 * key_proof: finds hashes that occur more than once, of many.
 *
 * Entries go into PARTITIONS by the highest bits of their hashes. Past the memory limit, the entries
 * of all partitions are written to one unlinked file, a run for each partition. At the end, the
 * entries of one partition after the other are gathered and sorted by hash.
 *
 * Memory: the limit while entries are added; afterwards twice the entries of one partition more
 * (a 256th of the rows; of one too large for that, a part of its hashes at a time).
 */
#include "dataset/schema/key.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/format/temp_bytes.h"

#define PARTITION_BITS 8u
#define PARTITIONS (1u << PARTITION_BITS)
#define BLOCK_ENTRIES ((size_t)16 << 10) /* gathered at once */
#define LOAD_MAX VV_KEY_SHARED_MAX       /* entries of a partition looked at together: 32 MiB */
#define FEW_ENTRIES 128u                 /* below that a sort by digits costs more than comparing */

/* Entries in the file. */
typedef struct run {
	uint64_t offset;
	size_t count;
} run;

typedef struct partition {
	vv_key_entry *entries; /* those in memory */
	size_t count, cap;
	uint64_t total; /* entries in all */
	run *runs;
	size_t run_count, run_cap;
} partition;

struct vv_key_proof {
	partition parts[PARTITIONS];
	size_t limit, held; /* entries for which there is memory */
	temp_bytes disk;
	bool finished; /* repeats, or all in order, were requested */
	bool broken;   /* spilling failed half-way */
};

vv_status vv_key_proof_new(vv_key_proof **out, size_t memory, const char *dir, vv_error *err)
{
	vv_key_proof *p = vv_calloc(1, sizeof(*p));

	*out = p;
	if (!p) return vv_fail_nomem(err);
	p->limit = memory / sizeof(vv_key_entry);
	temp_bytes_init(&p->disk, dir, 0);
	return VV_OK;
}

void vv_key_proof_free(vv_key_proof *p)
{
	if (!p) return;
	vv_array_each(p->parts, PARTITIONS, part) {
		vv_free_all(part->entries, part->runs);
	}
	temp_bytes_clear(&p->disk);
	vv_free(p);
}

/* Moves all entries to the file. */
static vv_status spill(vv_key_proof *p, vv_error *err)
{
	vv_status rc;

	p->broken = true; /* until all are written */
	vv_array_each(p->parts, PARTITIONS, part) {
		const run r = {temp_bytes_len(&p->disk), part->count};

		if (r.count == 0) {
			continue;
		}
		if (!vv_array_add(part->runs, part->run_count, part->run_cap, r)) {
			return vv_fail_nomem(err);
		}
		if ((rc = temp_bytes_put(&p->disk, part->entries, r.count * sizeof(*part->entries),
					 err)) < 0) {
			return rc;
		}
		vv_free(part->entries);
		part->entries = NULL;
		part->count = part->cap = 0;
	}
	p->held = 0;
	p->broken = false;
	return VV_OK;
}

static vv_status check_open(const vv_key_proof *p, vv_error *err)
{
	return p->finished || p->broken
		       ? vv_fail(err, VV_EUSAGE, "cannot add hashes to a finished proof")
		       : VV_OK;
}

static vv_status add_one(vv_key_proof *p, uint64_t hash, uint64_t row, vv_error *err)
{
	partition *part = &p->parts[hash >> (64 - PARTITION_BITS)];
	vv_status rc;

	/* the array would grow to twice its size */
	if (part->count == part->cap && p->held > 0 && p->held + part->cap >= p->limit &&
	    (rc = spill(p, err)) < 0) {
		return rc;
	}
	const size_t had = part->cap;
	if (!vv_array_add(part->entries, part->count, part->cap, (vv_key_entry){hash, row})) {
		return vv_fail_nomem(err);
	}
	part->total++;
	p->held += part->cap - had;
	return VV_OK;
}

vv_status vv_key_proof_add(vv_key_proof *p, const uint64_t *hashes, size_t count, uint64_t row,
			   vv_error *err)
{
	vv_status rc = check_open(p, err);

	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		rc = add_one(p, hashes[i], row + i, err);
	}
	return rc;
}

vv_status vv_key_proof_add_entries(vv_key_proof *p, const vv_key_entry *entries, size_t count,
				   vv_error *err)
{
	vv_status rc = check_open(p, err);

	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		rc = add_one(p, entries[i].hash, entries[i].row, err);
	}
	return rc;
}

/* Working memory to examine a partition. */
typedef struct load {
	vv_key_entry *entries;
	size_t count, cap;
	vv_key_entry *other; /* room to sort them */
	size_t other_cap;
} load;

static void load_clear(load *l)
{
	vv_free_all(l->entries, l->other);
}
VV_AUTO_CLEAR(load, load_clear)

/* Which of a partition's hashes: those whose next bits are `part`, of 1 << bits. */
typedef struct slice {
	unsigned bits;
	uint64_t part;
} slice;

static bool in_slice(const slice *s, uint64_t hash)
{
	return s->bits == 0 || (hash << PARTITION_BITS) >> (64 - s->bits) == s->part;
}

/* Gathers the slice's entries, `most` of them. */
static vv_status gather(const vv_key_proof *p, const partition *part, load *l, const slice *s,
			size_t most, vv_error *err)
{
	vv_status rc;

	l->count = 0;
	for (size_t k = 0; k <= part->run_count; k++) {
		const bool held = k == part->run_count;
		const run r = held ? (run){0, part->count} : part->runs[k];

		for (size_t done = 0, n; done < r.count && l->count < most; done += n) {
			n = r.count - done < BLOCK_ENTRIES ? r.count - done : BLOCK_ENTRIES;
			if (!vv_array_room_for(l->entries, l->count, l->cap, n)) {
				return vv_fail_nomem(err);
			}
			vv_key_entry *block = l->entries + l->count;
			if (held) {
				memcpy(block, part->entries + done, n * sizeof(*block));
			} else if ((rc = temp_bytes_get(&p->disk, r.offset + done * sizeof(*block),
							block, n * sizeof(*block), err)) < 0) {
				return rc;
			}
			for (size_t i = 0; i < n && l->count < most; i++) {
				if (in_slice(s, block[i].hash)) {
					l->entries[l->count++] = block[i];
				}
			}
		}
	}
	return VV_OK;
}

/* Sorts by hash; equal ones stay in the order in which they were added. */
static vv_status sort_entries(load *l, vv_error *err)
{
	vv_key_entry *from = l->entries;
	uint64_t differ = 0;

	if (l->count < FEW_ENTRIES) {
		for (size_t i = 1; i < l->count; i++) {
			vv_key_entry e = from[i];
			size_t at = i;

			for (; at > 0 && from[at - 1].hash > e.hash; at--) {
				from[at] = from[at - 1];
			}
			from[at] = e;
		}
		return VV_OK;
	}
	if (!vv_array_room_for(l->other, (size_t)0, l->other_cap, l->count)) {
		return vv_fail_nomem(err);
	}
	vv_key_entry *to = l->other;
	for (size_t i = 1; i < l->count; i++) {
		differ |= from[i].hash ^ from[0].hash;
	}
	for (unsigned shift = 0; shift < 64; shift += 8) {
		size_t starts[256] = {0}, sum = 0;
		vv_key_entry *t = from;

		if ((differ >> shift & 255u) == 0) {
			continue;
		}
		for (size_t i = 0; i < l->count; i++) {
			starts[from[i].hash >> shift & 255u]++;
		}
		for (size_t i = 0; i < 256; i++) {
			size_t n = starts[i];

			starts[i] = sum;
			sum += n;
		}
		for (size_t i = 0; i < l->count; i++) {
			to[starts[from[i].hash >> shift & 255u]++] = from[i];
		}
		from = to;
		to = t;
	}
	if (from != l->entries) {
		size_t cap = l->cap;

		l->other = l->entries;
		l->entries = from;
		l->cap = l->other_cap;
		l->other_cap = cap;
	}
	return VV_OK;
}

/* So many bits that each slice of a partition fits into memory. */
static unsigned slice_bits(uint64_t total)
{
	unsigned bits = 0;

	/* hashes spread evenly: with half as much again as the mean there is room for all */
	while (bits < 32 && (total >> bits) + (total >> bits) / 2 > LOAD_MAX) {
		bits++;
	}
	return total <= LOAD_MAX ? 0 : bits;
}

/* Calls fn with the entries of each slice, at most `most` of them, in order. */
static vv_status each_slice(vv_key_proof *p, size_t most, vv_key_entries_fn fn, void *payload,
			    vv_error *err)
{
	vv_auto(load) l = {0};
	vv_status rc;

	if (p->broken) return vv_fail(err, VV_EUSAGE, "the check of the key failed earlier");
	p->finished = true;
	vv_array_each(p->parts, PARTITIONS, part) {
		slice s = {slice_bits(part->total), 0};

		for (; part->total > 0 && s.part < (uint64_t)1 << s.bits; s.part++) {
			if ((rc = gather(p, part, &l, &s, most, err)) < 0 ||
			    (rc = sort_entries(&l, err)) < 0 ||
			    (rc = fn(payload, l.entries, l.count, err)) < 0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

vv_status vv_key_proof_each(vv_key_proof *p, vv_key_entries_fn fn, void *payload, vv_error *err)
{
	return each_slice(p, SIZE_MAX, fn, payload, err);
}

/* The search for the first repeat. */
typedef struct search {
	vv_key_same_fn same;
	void *payload;
	uint64_t *rows; /* of the first repeat so far; rows[1] UINT64_MAX: none */
} search;

static vv_status find_repeat(void *payload, const vv_key_entry *entries, size_t count,
			     vv_error *err)
{
	const search *s = payload;
	size_t from = 0; /* of the entries with one hash */

	for (size_t i = 1; i < count; i++) {
		from = entries[i].hash == entries[from].hash ? from : i;
		for (size_t k = from; k < i && entries[i].row < s->rows[1]; k++) {
			const uint64_t first = entries[k].row, second = entries[i].row;
			const int same = s->same ? s->same(s->payload, first, second, err) : 1;

			if (same < 0) return (vv_status)same;
			if (same > 0) {
				s->rows[0] = first;
				s->rows[1] = second;
			}
		}
	}
	return VV_OK;
}

int vv_key_proof_repeat(vv_key_proof *p, vv_key_same_fn same, void *payload, uint64_t rows[2],
			vv_error *err)
{
	search s = {same, payload, rows};

	rows[1] = UINT64_MAX;
	/* of a hash that fills a load, the first rows suffice */
	const vv_status rc = each_slice(p, LOAD_MAX, find_repeat, &s, err);
	return rc < 0 ? (int)rc : rows[1] != UINT64_MAX;
}
