/*
 * key_proof: finds hashes that occur more than once, of many.
 *
 * Hashes go into PARTITIONS by their highest bits. A partition keeps them in chunks, each with the
 * distance of its row from the one before: 10 bytes a row. Past the memory limit all chunks are
 * written to one unlinked file, a run for each partition. Then partition by partition is put
 * through a hash table that fits the processor's cache. Rows matter only in partitions with a
 * repeat (a key has none): there the entries are gathered with their row numbers and sorted. All
 * entries in order are delivered in the same way, partition by partition.
 *
 * Memory: the limit while hashes are added; afterwards a table for one partition more
 * (a 256th of the rows; of one too large for that, a part of its hashes at a time).
 */
#include "dataset/schema/key.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"

#define PARTITION_BITS 8u
#define PARTITIONS (1u << PARTITION_BITS)
#define CHUNK_ENTRIES 512u
#define SKIP 0xffffu /* a step without a hash, for a longer distance */
#define ENTRY_BYTES (sizeof(uint64_t) + sizeof(uint16_t))
#define BLOCK_BYTES (256u << 10)   /* written and read at once */
#define LOAD_MAX VV_KEY_SHARED_MAX /* entries of a partition looked at together: 32 MiB */
#define FEW_ENTRIES 128u           /* below that a sort by digits costs more than comparing */
#define PAIRS_FIRST 4096u          /* room for pairs in the first pass, ... */
#define PAIRS_MOST (1u << 20)      /* ... and, growing from pass to pass, in a later one: 16 MiB */

/* A chunk's start in the file; its hashes and steps follow. */
typedef struct chunk_head {
	uint64_t count;
	uint64_t row; /* of the first entry, whose step is 0 */
} chunk_head;

typedef struct chunk {
	struct chunk *next; /* the one filled before; of a spare one, any */
	chunk_head head;
	uint64_t hash[CHUNK_ENTRIES];
	uint16_t step[CHUNK_ENTRIES]; /* rows from the entry before to this */
} chunk;

/* Chunks in the file. */
typedef struct run {
	uint64_t offset, len;
} run;

/* The members that adding uses are first, in one cache line. */
typedef struct partition {
	chunk *last;    /* being filled; its `next` leads to the ones before */
	uint64_t row;   /* of the last entry */
	size_t filled;  /* entries of last; written to its head when it is full */
	uint64_t total; /* entries in all */
	run *runs;
	size_t run_count, run_cap;
	bool unique; /* known to have no repeat */
} partition;

struct vv_key_proof {
	partition parts[PARTITIONS];
	chunk *spare;
	size_t limit, held; /* entries in memory */
	char *dir;
	int fd; /* -1: nothing was spilled */
	uint64_t file_len;
	bool finished; /* pairs, or all in order, were requested */
	bool broken;   /* spilling failed half-way */
};

/* A pair of rows with equal hashes. */
typedef struct pair {
	uint64_t first, second;
} pair;

/* The least pairs after `after`. When cap is reached the greater half is dropped. */
typedef struct pair_list {
	pair *pairs;
	size_t count, cap;
	pair after; /* pairs up to it were handed out; {0, 0}: none (no pair is that) */
	pair most;  /* pairs from it on are left for the next pass, where cut */
	bool cut;
} pair_list;

vv_status vv_key_proof_new(vv_key_proof **out, size_t memory, const char *dir, vv_error *err)
{
	vv_auto(vv_key_proof) *p = vv_calloc(1, sizeof(*p));

	*out = NULL;
	if (!p) return vv_fail_nomem(err);
	*p = (vv_key_proof){
		.dir = vv_strdup(dir ? dir : "/tmp"), .fd = -1, .limit = memory / ENTRY_BYTES};
	return p->dir ? vv_hand_over(out, &p) : vv_fail_nomem(err);
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
	if (!p) return;
	for (size_t i = 0; i < PARTITIONS; i++) {
		free_chunks(p->parts[i].last);
		vv_free(p->parts[i].runs);
	}
	free_chunks(p->spare);
	vv_close(p->fd, p->dir, NULL);
	vv_free_all(p->dir, p);
}

static vv_status open_file(vv_key_proof *p, vv_error *err)
{
	vv_auto(char) *path = NULL;
	int fd = vv_temp_open_unlinked(&path, p->dir, "tmp-key-", err);

	if (fd < 0) return (vv_status)fd;
	p->fd = fd;
	return VV_OK;
}

static vv_status add_run(vv_key_proof *p, partition *part, uint64_t offset, vv_error *err)
{
	return vv_array_add(part->runs, part->run_count, part->run_cap,
			    (run){offset, p->file_len - offset})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static void leave_chunk(partition *part)
{
	if (part->last) {
		part->last->head.count = part->filled;
	}
}

/* Makes the chain of chunks lead from the first to the last. */
static void put_in_order(partition *part)
{
	chunk *first = NULL, *c;

	leave_chunk(part);
	while ((c = part->last) != NULL) {
		part->last = c->next;
		c->next = first;
		first = c;
	}
	part->last = first;
}

static vv_status flush_block(vv_key_proof *p, vv_buf *block, vv_error *err)
{
	vv_status rc = vv_buf_ok(block, err);

	rc = rc < 0 ? rc : vv_write_full(p->fd, block->data, block->len, p->dir, err);
	vv_buf_reset(block);
	return rc;
}

/* Puts the partition's chunks after the file's end and hands them to the spare ones. */
static vv_status spill_partition(vv_key_proof *p, partition *part, vv_buf *block, vv_error *err)
{
	uint64_t offset = p->file_len;
	vv_status rc;
	chunk *c;

	put_in_order(part);
	while ((c = part->last) != NULL) {
		size_t before = block->len;

		vv_buf_put(block, &c->head, sizeof(c->head));
		vv_buf_put(block, c->hash, c->head.count * sizeof(c->hash[0]));
		vv_buf_put(block, c->step, c->head.count * sizeof(c->step[0]));
		p->file_len += block->len - before;
		if (block->len >= BLOCK_BYTES && (rc = flush_block(p, block, err)) < 0) return rc;
		part->last = c->next;
		c->next = p->spare;
		p->spare = c;
	}
	return p->file_len > offset ? add_run(p, part, offset, err) : VV_OK;
}

static vv_status spill_partitions(vv_key_proof *p, vv_error *err)
{
	vv_auto(vv_buf) block = VV_BUF_INIT;
	vv_status rc;

	p->broken = true; /* until all is initialized */
	if (p->fd < 0 && (rc = open_file(p, err)) < 0) return rc;
	if (!vv_buf_reserve(&block, BLOCK_BYTES + sizeof(chunk)) &&
	    (rc = vv_buf_ok(&block, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < PARTITIONS; i++) {
		if ((rc = spill_partition(p, &p->parts[i], &block, err)) < 0) return rc;
	}
	if ((rc = flush_block(p, &block, err)) < 0) return rc;
	p->held = 0;
	p->broken = false;
	return VV_OK;
}

static vv_status add_chunk(vv_key_proof *p, partition *part, uint64_t row, vv_error *err)
{
	chunk *c = p->spare;

	if (c) {
		p->spare = c->next;
	} else if (!(c = vv_malloc(sizeof(*c)))) {
		return vv_fail_nomem(err);
	}
	leave_chunk(part);
	c->head = (chunk_head){0, row};
	c->next = part->last;
	part->last = c;
	part->filled = 0;
	part->row = row;
	return VV_OK;
}

static vv_status add_entry(vv_key_proof *p, partition *part, uint64_t hash, uint64_t row,
			   vv_error *err)
{
	for (;;) {
		chunk *c = part->last;
		uint64_t step = row - part->row;
		vv_status rc;

		if (!c || part->filled == CHUNK_ENTRIES || row < part->row || step > 64 * SKIP) {
			if ((rc = add_chunk(p, part, row, err)) < 0) return rc;
			continue;
		}
		p->held++;
		if (step < SKIP) {
			c->step[part->filled] = (uint16_t)step;
			c->hash[part->filled++] = hash;
			part->row = row;
			part->total++;
			return VV_OK;
		}
		c->step[part->filled] = SKIP;
		c->hash[part->filled++] = 0;
		part->row += SKIP;
	}
}

static vv_status check_open(const vv_key_proof *p, vv_error *err)
{
	return p->finished || p->broken
		       ? vv_fail(err, VV_EUSAGE, "cannot add hashes to a finished proof")
		       : VV_OK;
}

static vv_status add_one(vv_key_proof *p, uint64_t hash, uint64_t row, vv_error *err)
{
	vv_status rc;

	if (p->held >= p->limit && p->held > 0 && (rc = spill_partitions(p, err)) < 0) return rc;
	return add_entry(p, &p->parts[hash >> (64 - PARTITION_BITS)], hash, row, err);
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
	uint64_t *table; /* hashes seen; 0 is free */
	size_t table_size;
	vv_key_entry *entries; /* with their rows, of a partition with repeats */
	size_t count, cap;
	vv_key_entry *other; /* room to sort them */
	size_t other_cap;
	chunk one;    /* a chunk from the file */
	vv_buf block; /* bytes of the file around it */
	pair_list pairs;

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

/* A walk over a partition's chunks: those of the file, then those in memory. */
typedef struct walk {
	const vv_key_proof *p;
	const partition *part;
	load *l;
	const chunk *held; /* the next in memory */
	size_t run;
	uint64_t done; /* bytes of the run that are in the block, or were */
	size_t at;     /* in the block */
} walk;

static walk walk_from(const vv_key_proof *p, const partition *part, load *l)
{
	walk w = {.p = p, .part = part, .l = l, .held = part->last};

	vv_buf_reset(&l->block);
	return w;
}

static vv_status take_bytes(walk *w, void *out, size_t len, vv_error *err)
{
	const run *r = &w->part->runs[w->run];
	vv_buf *b = &w->l->block;
	ssize_t got;

	if (b->len - w->at < len) {
		size_t rest = b->len - w->at;
		uint64_t more = r->len - w->done < BLOCK_BYTES ? r->len - w->done : BLOCK_BYTES;

		if (rest > 0) {
			memmove(b->data, b->data + w->at, rest);
		}
		b->len = rest;
		w->at = 0;
		if (!vv_buf_reserve(b, (size_t)more)) return vv_buf_ok(b, err);
		got = vv_pread_full(w->p->fd, b->data + rest, (size_t)more, r->offset + w->done,
				    w->p->dir, err);
		if (got < 0) return (vv_status)got;
		b->len += (size_t)got;
		w->done += (uint64_t)got;
		if (b->len < len) {
			return vv_fail(err, VV_EIO, "a temporary file in '%s' has become shorter",
				       w->p->dir);
		}
	}
	memcpy(out, b->data + w->at, len);
	w->at += len;
	return VV_OK;
}

/* The next chunk in *out; 1, 0 at the end, or a negative status. */
static int next_chunk(walk *w, const chunk **out, vv_error *err)
{
	chunk *c = &w->l->one;
	vv_status rc;

	if (w->run < w->part->run_count && w->done == w->part->runs[w->run].len &&
	    w->at == w->l->block.len) {
		w->run++;
		w->done = 0;
		w->at = 0;
		vv_buf_reset(&w->l->block);
	}
	if (w->run == w->part->run_count) {
		*out = w->held;
		w->held = *out ? (*out)->next : NULL;
		return *out ? 1 : 0;
	}
	*out = c;
	if ((rc = take_bytes(w, &c->head, sizeof(c->head), err)) < 0) return rc;
	if (c->head.count > CHUNK_ENTRIES) {
		return vv_fail(err, VV_EIO, "a temporary file in '%s' has changed", w->p->dir);
	}
	if ((rc = take_bytes(w, c->hash, c->head.count * sizeof(c->hash[0]), err)) < 0 ||
	    (rc = take_bytes(w, c->step, c->head.count * sizeof(c->step[0]), err)) < 0) {
		return rc;
	}
	return 1;
}

/* An empty table with room for count hashes; *mask + 1 is its size. */
static vv_status make_table(load *l, size_t count, size_t *mask, vv_error *err)
{
	size_t size = 64;

	while (size < count + count / 2) {
		size *= 2;
	}
	*mask = size - 1;

	if (!vv_array_room_for(l->table, 0, l->table_size, size)) return vv_fail_nomem(err);
	memset(l->table, 0, size * sizeof(*l->table));
	return VV_OK;
}

/* Puts the chunk's hashes of the slice into the table of mask + 1 places, found by
 * their low bits, which all differ; true at the first repeat. `left` is how many
 * still fit: what does not is treated as a repeat, as nothing else can fill it. */
static bool meets_repeat(load *l, size_t mask, const chunk *c, const slice *s, size_t *left,
			 bool *zero)
{
	for (size_t i = 0; i < c->head.count; i++) {
		uint64_t hash = c->hash[i];
		size_t at = (size_t)hash & mask;

		if (c->step[i] == SKIP || !in_slice(s, hash)) {
			continue;
		}
		if (hash == 0) {
			if (*zero) return true;
			*zero = true;
			continue;
		}
		for (; l->table[at] != 0; at = (at + 1) & mask) {
			if (l->table[at] == hash) return true;
		}
		if (*left == 0) return true;
		--*left;
		l->table[at] = hash;
	}
	return false;
}

static vv_status has_repeat(bool *out, const vv_key_proof *p, const partition *part, load *l,
			    const slice *s, vv_error *err)
{
	walk w = walk_from(p, part, l);
	size_t left = part->total < LOAD_MAX ? (size_t)part->total : LOAD_MAX, mask;
	bool zero = false;
	const chunk *c;
	int more = 0;
	vv_status rc = make_table(l, left, &mask, err);

	*out = false;
	if (rc < 0) return rc;
	while (!*out && (more = next_chunk(&w, &c, err)) > 0) {
		*out = meets_repeat(l, mask, c, s, &left, &zero);
	}
	return more < 0 ? (vv_status)more : VV_OK;
}

/* Gathers the slice's entries with their rows, `most` of them. */
static vv_status gather_slice(const vv_key_proof *p, const partition *part, load *l, const slice *s,
			      size_t most, vv_error *err)
{
	walk w = walk_from(p, part, l);
	size_t likely = part->total < LOAD_MAX ? (size_t)part->total : LOAD_MAX;
	const chunk *c;
	int more = 1;

	l->count = 0;
	if (!vv_array_room_for(l->entries, l->count, l->cap, likely + CHUNK_ENTRIES)) {
		return vv_fail_nomem(err);
	}
	while (l->count < most && (more = next_chunk(&w, &c, err)) > 0) {
		uint64_t row = c->head.row;

		if (!vv_array_room_for(l->entries, l->count, l->cap, c->head.count)) {
			return vv_fail_nomem(err);
		}
		for (size_t i = 0; i < c->head.count && l->count < most; i++) {
			row += c->step[i];
			if (c->step[i] != SKIP && in_slice(s, c->hash[i])) {
				l->entries[l->count++] = (vv_key_entry){c->hash[i], row};
			}
		}
	}
	return more < 0 ? (vv_status)more : VV_OK;
}

static int compare_rows(const void *a, const void *b)
{
	const vv_key_entry *x = a, *y = b;

	return x->row < y->row ? -1 : x->row > y->row;
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

static int compare_pairs(const void *a, const void *b)
{
	const pair *x = a, *y = b;

	if (x->second != y->second) return x->second < y->second ? -1 : 1;
	if (x->first < y->first) return -1;
	return x->first > y->first ? 1 : 0;
}

/* False when the pair, and so any later one of its group, is for a later pass. */
static bool add_pair(pair_list *list, pair found)
{
	if (list->cut && compare_pairs(&found, &list->most) >= 0) return false;
	if (list->count == list->cap) {
		qsort(list->pairs, list->count, sizeof(pair), compare_pairs);
		list->count = list->cap / 2;
		list->most = list->pairs[list->count];
		list->cut = true;
		if (compare_pairs(&found, &list->most) >= 0) return false;
	}
	list->pairs[list->count++] = found;
	return true;
}

/* The pairs of rows in group[0 .. count), which have one hash and ascend. */
static void pair_group(pair_list *list, const vv_key_entry *group, size_t count)
{
	size_t k = 1;

	while (k < count && group[k].row < list->after.second) {
		k++;
	}
	for (; k < count; k++) {
		for (size_t i = 0; i < k; i++) {
			pair found = {group[i].row, group[k].row};

			if (compare_pairs(&found, &list->after) > 0 && !add_pair(list, found)) {
				return;
			}
		}
	}
}

static vv_status pair_entries(pair_list *list, load *l, vv_error *err)
{
	size_t from = 0;
	vv_status rc = sort_entries(l, err);

	if (rc < 0) return rc;
	for (size_t i = 1; i <= l->count; i++) {
		if (i < l->count && l->entries[i].hash == l->entries[from].hash) {
			continue;
		}
		if (i - from > 1) {
			qsort(l->entries + from, i - from, sizeof(*l->entries), compare_rows);
			pair_group(list, l->entries + from, i - from);
		}
		from = i;
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

static vv_status pair_partition(vv_key_proof *p, partition *part, load *l, pair_list *list,
				vv_error *err)
{
	slice s = {slice_bits(part->total), 0};
	bool any = false, repeat;
	vv_status rc;

	for (s.part = 0; s.part < (uint64_t)1 << s.bits; s.part++) {
		if ((rc = has_repeat(&repeat, p, part, l, &s, err)) < 0) return rc;
		if (!repeat) {
			continue;
		}
		any = true;
		/* only one hash shared by that many rows can fill it: see VV_KEY_SHARED_MAX */
		if ((rc = gather_slice(p, part, l, &s, LOAD_MAX, err)) < 0 ||
		    (rc = pair_entries(list, l, err)) < 0) {
			return rc;
		}
	}
	part->unique = !any;
	return VV_OK;
}

/* One pass over all partitions that may have repeats. */
static vv_status find_pairs(vv_key_proof *p, load *l, pair_list *list, vv_error *err)
{
	vv_status rc = VV_OK;

	list->count = 0;
	list->cut = false;
	for (size_t i = 0; i < PARTITIONS; i++) {
		if (p->parts[i].total > 1 && !p->parts[i].unique &&
		    (rc = pair_partition(p, &p->parts[i], l, list, err)) < 0) {
			break;
		}
	}
	qsort(list->pairs, list->count, sizeof(pair), compare_pairs);
	return rc;
}

static vv_status room_for_pairs(pair_list *list, vv_error *err)
{
	size_t cap;

	if (list->cap == 0) {
		cap = PAIRS_FIRST;
	} else if (list->cap < PAIRS_MOST) {
		cap = 8 * list->cap;
	} else {
		cap = list->cap;
	}
	pair *pairs = cap > list->cap ? vv_realloc_array(list->pairs, cap, sizeof(*pairs))
				      : list->pairs;

	if (!pairs) return vv_fail_nomem(err);
	list->pairs = pairs;
	list->cap = cap;
	return VV_OK;
}

/* Closes the proof to further entries. */
static vv_status finish_proof(vv_key_proof *p, vv_error *err)
{
	if (p->broken) return vv_fail(err, VV_EUSAGE, "the check of the key failed earlier");
	for (size_t i = 0; i < PARTITIONS && !p->finished; i++) {
		put_in_order(&p->parts[i]);
	}
	p->finished = true;
	return VV_OK;
}

static void free_load(load *l)
{
	if (l) {
		vv_buf_clear(&l->block);
		vv_free_all(l->entries, l->other, l->table, l->pairs.pairs, l);
	}
}
VV_AUTO_FREE(load, free_load)

vv_status vv_key_proof_pairs(vv_key_proof *p, vv_key_pair_fn fn, void *payload, vv_error *err)
{
	vv_auto(load) *l = vv_calloc(1, sizeof(*l));
	vv_status rc = l ? finish_proof(p, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	pair_list *list = &l->pairs;
	do {
		if ((rc = room_for_pairs(list, err)) < 0 ||
		    (rc = find_pairs(p, l, list, err)) < 0) {
			return rc;
		}
		vv_array_each(list->pairs, list->count, it) {
			int answer = fn(payload, it->first, it->second, err);

			if (answer != 0) return answer < 0 ? (vv_status)answer : VV_OK;
		}
		if (list->count > 0) {
			list->after = list->pairs[list->count - 1];
		}
	} while (list->cut);
	return rc;
}

vv_status vv_key_proof_each(vv_key_proof *p, vv_key_entries_fn fn, void *payload, vv_error *err)
{
	vv_auto(load) *l = vv_calloc(1, sizeof(*l));
	vv_status rc = l ? finish_proof(p, err) : vv_fail_nomem(err);

	for (size_t i = 0; i < PARTITIONS && rc == VV_OK; i++) {
		slice s = {slice_bits(p->parts[i].total), 0};

		for (; p->parts[i].total > 0 && s.part < (uint64_t)1 << s.bits; s.part++) {
			if ((rc = gather_slice(p, &p->parts[i], l, &s, SIZE_MAX, err)) < 0 ||
			    (rc = sort_entries(l, err)) < 0 ||
			    (rc = fn(payload, l->entries, l->count, err)) < 0) {
				break;
			}
		}
	}
	return rc;
}
