/*
 * key_proof: which of many hashes occur more than once.
 *
 * Hashes go with their row numbers into PARTITIONS by their highest bits, as 16-byte
 * entries in chunks; past the memory limit all chunks are written to one unlinked
 * file, each partition's entries as a run there. Then partition by partition is put
 * through a hash table that fits the processor's cache. Partitions without a repeat
 * (all, of a key) are not looked at again; of the others the entries are sorted.
 *
 * Memory: the limit while hashes are added; afterwards one partition more (a 256th
 * of the rows x 16 bytes; of one too large for that, a part of its hashes at a time).
 */
#include "dataset/key.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/sys.h"

#define PARTITION_BITS 8u
#define PARTITIONS (1u << PARTITION_BITS)
#define CHUNK_ENTRIES 512u
#define LOAD_MAX VV_KEY_SHARED_MAX /* entries of a partition in memory at once: 32 MiB */
#define PAIRS_FIRST 4096u          /* room for pairs in the first pass, ... */
#define PAIRS_MOST (1u << 20)      /* ... and, growing from pass to pass, in a later one: 16 MiB */

typedef struct entry {
	uint64_t hash, row;
} entry;

typedef struct chunk {
	struct chunk *next; /* the one before it; of a free one, any */
	size_t count;
	entry entries[CHUNK_ENTRIES];
} chunk;

/* Entries in the file. */
typedef struct run {
	uint64_t offset;
	size_t count;
} run;

typedef struct partition {
	chunk *last;    /* being filled; its `next` leads to the ones before */
	size_t held;    /* entries in chunks */
	run *runs;
	size_t run_count, run_cap;
	uint64_t total; /* entries in all */
	bool unique;    /* known to have no repeat */
} partition;

struct vv_key_proof {
	partition parts[PARTITIONS];
	chunk *spare;
	size_t limit, held; /* entries */
	char *dir;
	int fd;             /* -1: nothing was spilled */
	uint64_t file_len;
	bool finished;      /* pairs were asked for */
	bool broken;        /* spilling failed half-way */
};

/* A pair of rows with equal hashes. */
typedef struct pair {
	uint64_t first, second;
} pair;

/* The least pairs behind `after`. When cap is reached the greater half goes. */
typedef struct pair_list {
	pair *pairs;
	size_t count, cap;
	pair after;   /* pairs up to it were handed out; {0, 0}: none (no pair is that) */
	pair most;    /* pairs from it on are left for the next pass, where cut */
	bool cut;
} pair_list;

vv_status vv_key_proof_new(vv_key_proof **out, size_t memory, const char *dir, vv_error *err)
{
	vv_key_proof *p = vv_calloc(1, sizeof(*p));

	*out = NULL;
	if (!p || !(p->dir = vv_strdup(dir))) {
		vv_free(p);
		return vv_fail_nomem(err);
	}
	p->fd = -1;
	p->limit = memory / sizeof(entry);
	*out = p;
	return VV_OK;
}

static void free_chunks(chunk *c)
{
	while (c) {
		chunk *next = c->next;

		vv_free(c);
		c = next;
	}
}

void vv_key_proof_free(vv_key_proof *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < PARTITIONS; i++) {
		free_chunks(p->parts[i].last);
		vv_free(p->parts[i].runs);
	}
	free_chunks(p->spare);
	vv_close(p->fd, p->dir, NULL);
	vv_free(p->dir);
	vv_free(p);
}

static vv_status open_file(vv_key_proof *p, vv_error *err)
{
	char *path = NULL;
	vv_status rc;
	int fd = vv_temp_open(&path, p->dir, "tmp-key-", err);

	if (fd < 0)
		return (vv_status)fd;
	rc = vv_unlink(path, false, err);
	vv_free(path);
	if (rc < 0) {
		vv_close(fd, p->dir, NULL);
		return rc;
	}
	p->fd = fd;
	return VV_OK;
}

/* The chunks in the order in which they were filled. */
static chunk *in_order(chunk *last)
{
	chunk *first = NULL;

	while (last) {
		chunk *next = last->next;

		last->next = first;
		first = last;
		last = next;
	}
	return first;
}

/* Writes what the partition holds behind the file's end. On failure it still holds
 * all of it. */
static vv_status spill_partition(vv_key_proof *p, partition *part, vv_error *err)
{
	uint64_t offset = p->file_len;
	vv_status rc = VV_OK;
	chunk *c;

	if (part->run_count == part->run_cap) {
		size_t cap = part->run_cap > 0 ? 2 * part->run_cap : 8;
		run *runs = vv_realloc_array(part->runs, cap, sizeof(*runs));

		if (!runs)
			return vv_fail_nomem(err);
		part->runs = runs;
		part->run_cap = cap;
	}
	part->last = in_order(part->last);
	for (c = part->last; c && rc == VV_OK; c = c->next) {
		rc = vv_write_full(p->fd, c->entries, c->count * sizeof(entry), p->dir, err);
		p->file_len += c->count * sizeof(entry);
	}
	part->last = in_order(part->last);
	if (rc < 0)
		return rc;
	part->runs[part->run_count++] = (run){offset, part->held};
	p->held -= part->held;
	part->held = 0;
	while ((c = part->last) != NULL) {
		part->last = c->next;
		c->next = p->spare;
		p->spare = c;
	}
	return VV_OK;
}

static vv_status spill(vv_key_proof *p, vv_error *err)
{
	vv_status rc = VV_OK;

	if (p->fd < 0)
		rc = open_file(p, err);
	for (size_t i = 0; i < PARTITIONS && rc == VV_OK; i++) {
		if (p->parts[i].held > 0)
			rc = spill_partition(p, &p->parts[i], err);
	}
	return rc;
}

static vv_status add_chunk(vv_key_proof *p, partition *part, vv_error *err)
{
	chunk *c = p->spare;

	if (c) {
		p->spare = c->next;
	} else if (!(c = vv_malloc(sizeof(*c)))) {
		return vv_fail_nomem(err);
	}
	c->count = 0;
	c->next = part->last;
	part->last = c;
	return VV_OK;
}

static partition *partition_of(vv_key_proof *p, uint64_t hash)
{
	return &p->parts[hash >> (64 - PARTITION_BITS)];
}

vv_status vv_key_proof_add(vv_key_proof *p, const uint64_t *hashes, size_t count, uint64_t row, vv_error *err)
{
	vv_status rc;

	if (p->finished || p->broken)
		return vv_fail(err, VV_EUSAGE, "no hashes can be added to a proof that has ended");
	for (size_t i = 0; i < count; i++) {
		partition *part = partition_of(p, hashes[i]);
		chunk *c = part->last;

		if (p->held >= p->limit && p->held > 0) {
			if ((rc = spill(p, err)) < 0) {
				p->broken = true;
				return rc;
			}
			c = NULL;
		}
		if (!c || c->count == CHUNK_ENTRIES) {
			if ((rc = add_chunk(p, part, err)) < 0)
				return rc;
			c = part->last;
		}
		c->entries[c->count++] = (entry){hashes[i], row + i};
		part->held++;
		part->total++;
		p->held++;
	}
	return VV_OK;
}

/* Entries of one partition, or of a part of its hashes. */
typedef struct load {
	entry *entries;
	size_t count, cap;
	uint64_t *table; /* hashes seen; 0 is free */
	size_t table_size;
} load;

/* Which of a partition's hashes: those whose next bits are `part`, of 1 << bits. */
typedef struct slice {
	unsigned bits;
	uint64_t part;
} slice;

static bool in_slice(const slice *s, uint64_t hash)
{
	return s->bits == 0 || (hash << PARTITION_BITS) >> (64 - s->bits) == s->part;
}

/* Keeps those of the entries that are in the slice, as long as there is room: only
 * one hash shared by LOAD_MAX rows can fill it (see VV_KEY_SHARED_MAX). */
static void take_entries(load *l, const slice *s, const entry *entries, size_t count)
{
	for (size_t i = 0; i < count && l->count < l->cap; i++) {
		if (in_slice(s, entries[i].hash))
			l->entries[l->count++] = entries[i];
	}
}

static vv_status take_run(load *l, const vv_key_proof *p, const slice *s, const run *r, vv_error *err)
{
	entry block[CHUNK_ENTRIES];
	size_t done = 0;

	while (done < r->count && l->count < l->cap) {
		size_t n = r->count - done < CHUNK_ENTRIES ? r->count - done : CHUNK_ENTRIES;
		ssize_t got = vv_pread_full(p->fd, block, n * sizeof(entry), r->offset + done * sizeof(entry), p->dir, err);

		if (got < 0)
			return (vv_status)got;
		if ((size_t)got < n * sizeof(entry))
			return vv_fail(err, VV_EIO, "a temporary file in '%s' has become shorter", p->dir);
		take_entries(l, s, block, n);
		done += n;
	}
	return VV_OK;
}

static vv_status make_room(load *l, size_t count, vv_error *err)
{
	size_t size = 16;

	if (l->cap >= count)
		return VV_OK;
	while (size < count + count / 2)
		size *= 2;
	vv_free(l->entries);
	vv_free(l->table);
	l->cap = 0;
	l->entries = vv_malloc(count * sizeof(*l->entries));
	l->table = vv_malloc(size * sizeof(*l->table));
	l->table_size = size;
	if (!l->entries || !l->table)
		return vv_fail_nomem(err);
	l->cap = count;
	return VV_OK;
}

static vv_status fill(load *l, const vv_key_proof *p, const partition *part, const slice *s, vv_error *err)
{
	vv_status rc = VV_OK;

	l->count = 0;
	for (size_t i = 0; i < part->run_count && rc == VV_OK; i++)
		rc = take_run(l, p, s, &part->runs[i], err);
	for (const chunk *c = part->last; c && rc == VV_OK; c = c->next)
		take_entries(l, s, c->entries, c->count);
	return rc;
}

/* Is there a hash twice in l? Looks at the hashes' low bits, which all differ. */
static bool has_repeat(const load *l)
{
	size_t mask = l->table_size - 1;
	bool zero = false;

	while (mask > 32 && mask / 2 > l->count + l->count / 2)
		mask /= 2;
	memset(l->table, 0, (mask + 1) * sizeof(*l->table));
	for (size_t i = 0; i < l->count; i++) {
		uint64_t hash = l->entries[i].hash;
		size_t at = (size_t)hash & mask;

		if (hash == 0) {
			if (zero)
				return true;
			zero = true;
			continue;
		}
		for (; l->table[at] != 0; at = (at + 1) & mask) {
			if (l->table[at] == hash)
				return true;
		}
		l->table[at] = hash;
	}
	return false;
}

static int compare_entries(const void *a, const void *b)
{
	const entry *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row ? 1 : 0;
}

static int compare_pairs(const void *a, const void *b)
{
	const pair *x = a, *y = b;

	if (x->second != y->second)
		return x->second < y->second ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first ? 1 : 0;
}

/* False when the pair, and so any later one of its group, is for a later pass. */
static bool add_pair(pair_list *list, pair found)
{
	if (list->cut && compare_pairs(&found, &list->most) >= 0)
		return false;
	if (list->count == list->cap) {
		qsort(list->pairs, list->count, sizeof(pair), compare_pairs);
		list->count = list->cap / 2;
		list->most = list->pairs[list->count];
		list->cut = true;
		if (compare_pairs(&found, &list->most) >= 0)
			return false;
	}
	list->pairs[list->count++] = found;
	return true;
}

/* The pairs of rows in group[0 .. count), which have one hash and ascend. */
static void pair_group(pair_list *list, const entry *group, size_t count)
{
	size_t k = 1;

	while (k < count && group[k].row < list->after.second)
		k++;
	for (; k < count; k++) {
		for (size_t i = 0; i < k; i++) {
			pair found = {group[i].row, group[k].row};

			if (compare_pairs(&found, &list->after) > 0 && !add_pair(list, found))
				return;
		}
	}
}

static void pair_entries(pair_list *list, load *l)
{
	size_t from = 0;

	qsort(l->entries, l->count, sizeof(entry), compare_entries);
	for (size_t i = 1; i <= l->count; i++) {
		if (i < l->count && l->entries[i].hash == l->entries[from].hash)
			continue;
		if (i - from > 1)
			pair_group(list, l->entries + from, i - from);
		from = i;
	}
}

/* So many bits that each slice of a partition fits into memory. */
static unsigned slice_bits(uint64_t total)
{
	unsigned bits = 0;

	/* hashes spread evenly: with half as much again as the mean there is room for all */
	while (bits < 32 && (total >> bits) + (total >> bits) / 2 > LOAD_MAX)
		bits++;
	return total <= LOAD_MAX ? 0 : bits;
}

/* Adds the partition's pairs to the list. */
static vv_status pair_partition(vv_key_proof *p, partition *part, load *l, pair_list *list, vv_error *err)
{
	slice s = {slice_bits(part->total), 0};
	bool repeat = false;
	vv_status rc;

	if ((rc = make_room(l, part->total < LOAD_MAX ? (size_t)part->total : LOAD_MAX, err)) < 0)
		return rc;
	for (s.part = 0; s.part < (uint64_t)1 << s.bits; s.part++) {
		if ((rc = fill(l, p, part, &s, err)) < 0)
			return rc;
		if (has_repeat(l)) {
			repeat = true;
			pair_entries(list, l);
		}
	}
	part->unique = !repeat;
	return VV_OK;
}

/* One pass over all partitions that may have repeats. */
static vv_status find_pairs(vv_key_proof *p, load *l, pair_list *list, vv_error *err)
{
	vv_status rc = VV_OK;

	list->count = 0;
	list->cut = false;
	for (size_t i = 0; i < PARTITIONS && rc == VV_OK; i++) {
		if (p->parts[i].total > 1 && !p->parts[i].unique)
			rc = pair_partition(p, &p->parts[i], l, list, err);
	}
	qsort(list->pairs, list->count, sizeof(pair), compare_pairs);
	return rc;
}

static vv_status room_for_pairs(pair_list *list, vv_error *err)
{
	size_t cap = list->cap == 0 ? PAIRS_FIRST : list->cap < PAIRS_MOST ? 8 * list->cap : list->cap;
	pair *pairs = cap > list->cap ? vv_realloc_array(list->pairs, cap, sizeof(*pairs)) : list->pairs;

	if (!pairs)
		return vv_fail_nomem(err);
	list->pairs = pairs;
	list->cap = cap;
	return VV_OK;
}

vv_status vv_key_proof_pairs(vv_key_proof *p, vv_key_pair_fn fn, void *payload, vv_error *err)
{
	pair_list list = {.pairs = NULL};
	load l = {.entries = NULL};
	vv_status rc;

	if (p->broken)
		return vv_fail(err, VV_EUSAGE, "the proof has failed before");
	p->finished = true;
	do {
		if ((rc = room_for_pairs(&list, err)) < 0 || (rc = find_pairs(p, &l, &list, err)) < 0)
			goto done;
		for (size_t i = 0; i < list.count; i++) {
			int answer = fn(payload, list.pairs[i].first, list.pairs[i].second, err);

			if (answer != 0) {
				rc = answer < 0 ? (vv_status)answer : VV_OK;
				goto done;
			}
		}
		if (list.count > 0)
			list.after = list.pairs[list.count - 1];
	} while (list.cut);
done:
	vv_free(l.entries);
	vv_free(l.table);
	vv_free(list.pairs);
	return rc;
}
