/*
 * import_state: the state of an import, and the functions of its parts. Private to dataset/table.
 */
#ifndef VV_DATASET_TABLE_IMPORT_STATE_H
#define VV_DATASET_TABLE_IMPORT_STATE_H

#include "base/arena.h"
#include "base/auto.h"
#include "dataset/format/cut.h"
#include "dataset/format/facts.h"
#include "dataset/format/group.h"
#include "dataset/format/group_proof.h"
#include "dataset/read/file_text.h"
#include "dataset/read/scan.h"
#include "dataset/read/scan_cache.h"
#include "dataset/read/sniff.h"
#include "dataset/read/window.h"
#include "dataset/schema/infer.h"
#include "dataset/schema/key.h"
#include "dataset/schema/schema.h"
#include "dataset/table/table.h"

typedef struct vv_import_finding vv_import_finding;
typedef struct vv_import_options vv_import_options;
typedef struct vv_import_result vv_import_result;
typedef struct vv_row_writer vv_row_writer;

struct row_sorter;

/* One value = the additional state of one import in key order (import_sorted.c). import.sorting is
 * NULL for other imports. */
typedef struct import_sorting {
	/* first pass: receives the lines of the file. Second pass: NULL, because the source is the
	 * sorted file */
	struct row_sorter *sorter;
	bool by_key; /* sort by the columns of the key, not by those of the previous version */
	const vv_root *near; /* a version with similar lists; may be NULL */
	/* indexes of the columns by which rows are sorted; set before the first row is read */
	size_t columns[VV_SORTED_BY_MAX];
	char **names;   /* names of the columns, owned by the caller */
	size_t count;   /* number of these columns */
	uint64_t lines; /* sum of sorted_line_hash of all lines that the sorter received */
	/* the import failed because the file cannot be stored in key order; the message has the
	 * reason */
	bool unfit;
} import_sorting;

/* Returns the hash of a line of len bytes and of `place`, the number of the line in the file. */
static inline uint64_t sorted_line_hash(const char *line, size_t len, uint64_t place)
{
	return vv_xxh3(line, len, place);
}

/* One value = the working memory of one thread. */
typedef struct import_worker {
	vv_group_encoder *encoder; /* encodes groups */
	vv_row_writer *writer;     /* writes rows, which are then compared with the file */
	size_t writer_columns;     /* number of columns of `writer` */
	vv_row_writer *namer; /* with import.in_file: writes the text that identifies a group */
	vv_buf block,         /* the block of the group */
		line;         /* one line of text */
	vv_facts facts;       /* the facts of the group */
	vv_infer *infer;      /* the state of type inference, one element for each column */
	size_t infer_count;
	/* one element for each column: true if a cell of the group may contradict the column's
	 * type */
	bool *doubtful;
	size_t doubtful_count;
	vv_cell *outs;      /* during an encoding: cells that are stored outside of the group */
	size_t *out_places; /* the index of each of these cells in the group, ascending */
	size_t out_count,   /* number of these cells */
		out_cap,    /* capacity of outs */
		place_cap;  /* capacity of out_places */
	vv_batch batch;     /* for verifying a group: the group as decoded from its stored form */
	vv_buf lines;       /* for verifying a group: the lines of batch */
	/* number of further groups in which irregular lines are searched before the group is
	 * encoded. If 0, a group is first encoded without this search, and searched only if
	 * verifying it fails. An irregular line raises the number */
	unsigned wary;
} import_worker;

/* One value = the rows of one kind in a group, or in all groups so far: their number, and the first
 * one. */
typedef struct import_found {
	uint64_t count;
	uint64_t at; /* offset of the first one in the group's bytes; of all groups: in the input */
	uint64_t line; /* its line number; set if import.lines is maintained */
	size_t column; /* foreign rows: column of its first such text; SIZE_MAX: between cells */
	const char *encoding; /* foreign rows: probable encoding of this text */
} import_found;

/* One value = one group that a thread encodes. */
typedef struct group_job {
	vv_job job;        /* the job of the pool */
	struct import *im; /* the import; borrowed */
	/* the memory of raw, a reference to which is owned; NULL: raw is in `given` */
	vv_slab *slab;
	const char *raw; /* the group's bytes in the input */
	size_t raw_len;
	uint64_t offset; /* offset of raw in the input */
	vv_cell *cells;  /* the cells, row after row: stride cells for each row */
	size_t cell_cap; /* capacity of cells */
	vv_row *rows;    /* the rows; start and end are relative to raw */
	size_t row_cap;
	size_t row_count, /* number of rows */
		columns,  /* number of columns */
		stride;   /* number of elements of `cells` for each row */
	vv_arena arena;   /* owns decoded cells */
	bool last;        /* the group has the last rows of the file */
	bool cut;         /* the group ends at a cut */
	bool known;       /* the job is already complete: entry and items are set */
	vv_buf given; /* copy of raw, if no window has it, followed by one more byte of the file */
	/* the block from which the group's block is stored as a difference; null: none */
	vv_cid base;
	/* The results. */
	vv_status status; /* VV_OK, or the failure of the encoding */
	vv_error err;     /* the error of this failure */
	/* CID of the group's block; if import.in_file is set, a name of the group: the hash of its
	 * rows */
	vv_cid cid;
	vv_scan_entry entry; /* the group's entry in the scan cache */
	/* the group's items in the lists of the version */
	vv_buf data_item, layout_item, facts_item;
	/* if the option keep_types is set: inferred types, one element for each column */
	vv_infer *types;
	size_t type_count;
	import_found irregular, /* irregular lines, those that are stored as quirks */
		shorts,         /* CSV: rows with fewer cells than columns */
		marked,         /* rows that contain a NUL or a byte order mark */
		foreign,        /* rows with text that is not UTF-8 */
		/* one row, if the stored form does not reproduce raw: the first that differs */
		lost;

	/* if import.sorting is set: sort keys of all rows, one after the other */
	vv_buf sort_keys;
	size_t *sort_ends; /* the end of each sort key in sort_keys */
	size_t sort_cap;

	/* number of lines before raw; set if import.lines is maintained */
	uint64_t lines;

	bool breaks; /* CSV: a cell contains a line feed */
	/* for each key candidate, one after the other: the hash of each row's values */
	uint64_t *hashes;
	size_t hash_cap;
	/* for each key candidate: true if some row lacks a part of the key */
	bool key_hole[2];
	/* at most one for each column; row and offset are relative to the group */
	vv_import_finding *misfits;
	size_t misfit_count, misfit_cap;
} group_job;

#define IMPORT_JOBS 12  /* maximum number of groups in progress */
#define IMPORT_PROOFS 2 /* maximum number of keys that are proved at once */

/* One value = one import. */
typedef struct import {
	/* the first five are borrowed from the caller */
	const vv_source *source;
	const vv_sink *sink;
	const vv_import_options *opts;
	vv_import_result *out;
	import_sorting *sorting; /* NULL: the order of the file */
	vv_window *window;       /* NULL: the caller passes the groups (opts->groups) */
	uint64_t given_bytes;    /* bytes of the groups that the caller has passed so far */
	vv_pool *pool;           /* opts->pool, or own_pool */
	vv_pool *own_pool;       /* a pool without threads, if opts->pool is NULL; owned */

	/* The dialect of the rows, and the columns. */
	vv_dialect dialect;
	vv_sniff_result sniffed; /* the detected format */
	vv_buf tail_warnings;    /* warnings about lines below a CSV */
	vv_scan *scan;           /* reads rows from the window */
	vv_arena names_arena;    /* memory of names */
	/* CSV: one item for each column; else VV_COLUMNS_MAX items, of which the first `columns`
	 * are set, and never move */
	const char **names;
	size_t *name_lens;
	size_t columns;          /* number of columns */
	vv_cut_params params;    /* parameters of the cuts between groups */
	vv_cut cut;              /* state of the search for the next cut */
	vv_schema parent_schema; /* has the types with which cells are compared */
	/* for each of the first field_count columns: its field in parent_schema, or -1 */
	long *fields;
	size_t field_count;
	/* for each of the first field_count columns: the field with the same index that the column
	 * replaces under another name, or -1 */
	long *renamed_from;

	/* The keys that are being proved. */
	vv_key_candidate candidates[IMPORT_PROOFS];
	size_t candidate_count;
	vv_key_proof *proofs[IMPORT_PROOFS]; /* the proof of each candidate */
	bool holes[IMPORT_PROOFS];           /* a row lacks a part of this candidate */
	uint64_t key_seed;                   /* seed of the hashes in proofs */

	/* The groups of the previous version. */
	struct old_groups *old;

	/* The lists that are being built. */
	vv_list_builder *data, *layout, *facts; /* of row groups, their layouts and their facts */
	vv_xxh3_state *hash;                    /* hash over the hashes of the groups so far */
	uint64_t rows,                          /* number of all rows */
		most_rows;                      /* number of rows of the largest group */
	uint64_t raw_bytes;                     /* bytes of all groups */
	/* number of lines before the window; maintained if the source cannot determine lines */
	uint64_t lines;
	import_found shorts, marked, foreign; /* as in group_job, of all groups that were read */
	bool need_infer;                      /* types are inferred from the values that are read */
	bool new_columns; /* some columns have no type yet, so all rows must be read */
	bool in_file;     /* groups are identified, but only some are encoded */
	/* if in_file is set: a group of plain rows is identified by its bytes */
	bool named_by_bytes;
	bool final_newline; /* the last row so far has a line end */

	/* The threads. */
	import_worker *workers; /* one for each thread */
	size_t worker_count;
	group_job jobs[IMPORT_JOBS]; /* the groups in progress */
	/* Jobs are numbered from 0; the job with number n is in jobs[n % IMPORT_JOBS]. */
	size_t job_head,  /* number of the next job to collect */
		job_tail; /* number of the next job to fill */
	/* the newest job, if it was not passed to a thread yet; if its result is needed at once,
	 * the main thread runs it */
	group_job *kept;
} import;

/* import_schema.c */

/* Sets the names of the columns, and finds their fields in the previous version, before the rows are
 * read. */
vv_status import_columns_set(import *im, vv_error *err);
/* Adds columns for members of JSON objects that occur for the first time. */
vv_status import_columns_grow(import *im, vv_error *err);
/* Chooses cut parameters and key candidates. VV_ENOTFOUND, VV_EUSAGE, VV_EREFUSED: the declared key
 * names a column that does not exist, names one twice, or has too many columns. */
vv_status import_choose(import *im, vv_error *err);
/* Sets the columns of im->sorting, by which rows are sorted. Fails, and sets unfit, if columns are
 * missing. */
vv_status import_sort_columns(import *im, vv_error *err);
/* Sets err for a table without a key, which cannot be stored in key order, and returns VV_EUSAGE.
 * is_new: the table has no previous version. */
vv_status import_refuse_keyless(const vv_source *source, const vv_sink *sink, bool is_new,
				vv_error *err);
/* Sets schema and key of the new root after the rows were read. */
vv_status import_finish_schema(import *im, vv_error *err);
/* import_types.c */

/* Returns the state of type inference for the column with the index `column`, merged from those of
 * all threads. */
vv_infer import_verdict(const import *im, size_t column);
/* Returns the column's field in the previous version, borrowed; NULL if the column is new. */
const vv_field *import_field_before(const import *im, size_t column);
/* Returns the index in the new version of the column `name` of the previous version; SIZE_MAX if
 * the column was removed. */
size_t import_place_of_old(const import *im, const char *name);
/* Returns true if the columns have the same names, in the same order, as the fields of the
 * schema. */
bool import_has_labels(const import *im, const vv_schema *s);
/* Returns true if types that were inferred for the previous version are to be replaced if values
 * contradict them. */
bool import_types_give_way(const import *im);
/* Returns true if import_types_give_way does, and these types may also be replaced by narrower ones
 * that fit all values. */
bool import_types_may_narrow(const import *im);
/* Sets *outdated to true if the column needs a type other than in the previous version, in which f
 * was its field. A string whose values in that version all had a narrower type stays one. */
vv_status import_type_outdated(const import *im, size_t column, const vv_field *f, bool *outdated,
			       vv_error *err);
/* Adds a warning about a changed type, such as "zip: '02116' in line 7 has a leading zero: now
 * string". now: the new field; was: the old one. */
void import_tell_type(import *im, const vv_new_field *now, size_t column, const vv_field *was);
/* Returns the finding about values of the column that contradict its previous type, borrowed; NULL:
 * no finding. */
vv_import_finding *import_find_misfit(const import *im, size_t column);
/* Removes the finding about values of the column that contradict its previous type, after the type
 * was replaced. */
void import_drop_misfit(import *im, size_t column);

/* import_key.c */

/* Finishes the proofs that the candidates for the key are unique, and chooses the key.
 * VV_ECONFLICT: a key that the user declared is not unique. */
vv_status import_finish_key(import *im, vv_error *err);
/* Makes a proof that a key is unique, within the memory of the options. */
vv_status import_proof_new(const import *im, vv_key_proof **out, vv_error *err);

/* import_group.c */

/* Encodes, verifies and stores the group of a job. Can run in any thread. */
void import_group_run(vv_job *job, unsigned worker);
void import_worker_clear(import_worker *w);
void import_job_clear(group_job *j);
/* Grows w->infer to at least `columns` elements. */
vv_status import_infer_room(import_worker *w, const import *im, size_t columns, vv_error *err);
/* Sets f to one row, which begins at the offset `at` of the job's bytes. */
void import_found_set(import_found *f, const group_job *j, size_t at);
/* Returns the number of lines in bytes[0 .. len), counted as an editor counts them. */
uint64_t import_count_lines(const char *bytes, size_t len);

/* import_again.c: verifies that the stored form reproduces the input */

/* Returns true if this import verifies its groups, which is the case if they are stored. */
bool import_makes_again(const import *im);
/* Restores the lines of the job's group from its block and items, and compares them with the input:
 * sets j->lost if they differ. Can run in any thread. Does nothing if import_makes_again returns
 * false. */
vv_status import_group_again(import_worker *w, group_job *j, vv_error *err);
/* Sets err for a group that the stored form does not reproduce (j->lost), with the line in the
 * message, and returns VV_EREFUSED. */
vv_status import_refuse_lost(import *im, const group_job *j, vv_error *err);
/* Verifies a chunk of a file that is not a table: decodes `block`, and compares the result with
 * bytes[0 .. len), the beginning of the window. VV_EREFUSED: they differ. */
vv_status import_chunk_again(const import *im, const vv_buf *block, const char *bytes, size_t len,
			     vv_error *err);
/* Checks that the dialect reproduces the first `head` bytes of the window. VV_EREFUSED: it does
 * not. */
vv_status import_head_again(import *im, size_t head, vv_error *err);
/* Checks that the part before the groups, the groups, and the part after them are the complete
 * file. VV_EREFUSED: they are not. */
vv_status import_whole_again(import *im, vv_error *err);

/* import_rows.c: divides rows into groups */

/* Imports all rows of the window, and collects all jobs. */
vv_status import_rows(import *im, vv_error *err);
/* Imports all groups of opts->groups, and collects all jobs. */
vv_status import_given(import *im, vv_error *err);
/* Sets the dialect's epilogue after the last row: the rest of a JSON document, or the lines below a
 * CSV table, about which it adds warnings. */
vv_status import_take_epilogue(import *im, vv_error *err);
/* Removes the first len bytes of the window, and counts their lines if necessary. */
void import_consume(import *im, size_t len);
/* Reports that `done` bytes were read. VV_ECANCELLED: the user cancelled the import. */
vv_status import_progress(const import *im, uint64_t done, vv_error *err);
/* Sets err for a row that begins at the offset and is longer than VV_ROW_MAX, and returns
 * VV_EINPUT. */
vv_status import_refuse_long_row(import *im, uint64_t offset, vv_error *err);
/* import_order.c: decides whether to store a table in key order, which is better if the order of
 * its rows changes with each version. An import in the order of the file passes each group to these
 * functions. If the previous version has none of many consecutive groups, a sample of their rows is
 * compared with a sample of the rows of the previous version. The samples are so large that they
 * share 64 rows if the file was only shuffled, and hardly any otherwise. The decision depends only
 * on the two versions, never on caches. */

/* One value = one choice between the orders. */
typedef struct order_choice order_choice;
/* Begins a choice. Sets *out to NULL if no choice is possible: because opts->choose_order is not
 * set, key order is already used, or the table has no key or no previous version. opts and sink are
 * borrowed. */
vv_status order_choice_open(order_choice **out, const vv_import_options *opts, const vv_sink *sink,
			    vv_error *err);
void order_choice_close(order_choice *c); /* accepts NULL */
VV_AUTO_FREE(order_choice, order_choice_close)
/* Returns the sink for the blocks of the import. Blocks are only in memory as long as key order may
 * be chosen, so that no unneeded block is stored. */
const vv_sink *order_choice_sink(order_choice *c);
/* Ends the choice with the order of the file: passes the blocks that are in memory to the sink. */
vv_status order_choice_settle(order_choice *c, vv_error *err);
/* Returns true if the order of the file is already chosen. */
bool order_choice_is_over(const order_choice *c);

/* Records that the previous version has the next groups. c may be NULL. */
void order_choice_pass(order_choice *c);
/* Examines the next group. known: the previous version has the group. VV_EREFUSED: key order is
 * chosen, so this import must be abandoned; order_choice_saving has the reason. */
vv_status order_choice_look(order_choice *c, import *im, const group_job *j, bool known,
			    vv_error *err);

/* One value = the approximate numbers of bytes that a further version with such changes needs in
 * each order. */
typedef struct order_saving {
	uint64_t in_file_order, /* bytes in the order of the file */
		in_key_order;   /* bytes in key order */
} order_saving;
/* Returns the numbers of bytes for both orders, borrowed, if key order is chosen, else NULL. */
const order_saving *order_choice_saving(const order_choice *c);

/* import.c */
/* Sets *names to copies of the names of the columns with these indexes, and *name_count to their
 * number. The caller frees them with vv_names_free, also on failure. */
vv_status import_copy_names(const import *im, char ***names, size_t *name_count,
			    const size_t *columns, size_t count, vv_error *err);
/* Returns the line number of the first of the rows f, whose group begins at the offset in the
 * input; 0: unknown. */
uint64_t import_found_line(const import *im, const import_found *f, uint64_t offset);
/* Returns the root of the version whose groups may be reused: opts->known, or else the previous
 * version; borrowed. NULL: neither is set. */
const vv_root *import_old_of(const import *im);
/* Passes the newest group to the pool, unless the pool already has it. */
void import_hand_over(import *im);
/* Waits for the oldest group in progress, and appends it to the lists. err is NULL after an earlier
 * failure: then the rows are not passed to the sorter or to the choice of the order. */
vv_status import_collect(import *im, vv_error *err);
/* Calls import_collect for all groups in progress. */
vv_status import_collect_all(import *im, vv_error *err);
/* Appends a group of `rows` rows to the lists: its entry e and its items. */
vv_status import_append_group(import *im, const vv_scan_entry *e, const group_items *items,
			      uint64_t rows, vv_error *err);
/* Adds the types of a group that is reused from opts->known. index: number of the group in that
 * version. */
vv_status import_take_types(import *im, size_t index, vv_error *err);
/* Runs an import without storing the root's block. sorting: the state for key order; NULL: the
 * order of the file. */
vv_status import_run(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		     const vv_import_options *opts, import_sorting *sorting, vv_error *err);

/* import_sorted.c */

/* Imports in key order if the options or the previous version require it, else in the order of the
 * file. Does not store the root's block. */
vv_status import_ordered(vv_import_result *out, const vv_source *source, const vv_sink *sink,
			 const vv_import_options *opts, vv_error *err);
/* Returns the part of message after "NAME: ", borrowed; the whole message if it does not begin with
 * the name. */
const char *import_without_name(const char *message, const char *name);

/* import_any.c */

/* Imports the bytes of a file: decodes them, finds gone members (gone_members.h), and calls
 * import_ordered. */
vv_status import_text(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		      const vv_import_options *opts, vv_error *err);

/* import_twice.c */

/* Imports, and imports a second time if the result shows that inferred types or the inferred key of
 * the previous version may be wrong. The second import reads all rows; if the source is a pipe, it
 * reads them from the version that the first import made. */
vv_status import_twice(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		       const vv_import_options *opts, vv_error *err);
/* Reads the columns of a table whose root is set. */
vv_status import_read_columns(vv_table *t, const char *name, vv_error *err);

/* --- import_encoded.c: imports a file that is not in UTF-8 as its text in UTF-8 --- */

/* Sets *out to the text of the file, or to NULL if the file is in UTF-8, and is read without
 * decoding. */
vv_status import_encoded_open(vv_file_text **out, const vv_source *source,
			      const vv_import_options *opts, vv_error *err);
/* Sets the file's properties in the root after its text was imported, and adds warnings. */
vv_status import_encoded_settle(vv_import_result *out, vv_file_text *t,
				const vv_import_options *opts, vv_error *err);

/* Appends a warning to `warnings`. Call this for a file that is not in UTF-8 although its previous
 * version was. The warning has the file's probable encoding, up to three cells decoded from this
 * encoding, and the command that reads the file in this encoding. Sets *clear to false, and appends
 * nothing, if the encoding is unclear. Reads the source to its end. */
vv_status import_encoded_looks(bool *clear, vv_buf *warnings, const vv_source *source,
			       const vv_dialect *d, const vv_import_options *opts, vv_error *err);
/* Appends up to three cells, decoded from the encoding `name`, to warnings. Does nothing if the source
 * cannot be read again; else reads it to its end. */
vv_status import_encoded_shows(vv_buf *warnings, const vv_source *source, const char *name,
			       const vv_dialect *d, vv_error *err);

#endif
