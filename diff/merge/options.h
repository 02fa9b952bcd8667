/*
 * options: the options of a merge, its conflicts and its statistics.
 */
#ifndef VV_DIFF_MERGE_OPTIONS_H
#define VV_DIFF_MERGE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/thread.h"
#include "dataset/format/cell.h"
#include "dataset/read/scan_cache.h"
#include "dataset/schema/schema.h"
#include "diff/merge/rules.h"

/* The kind of a conflict. */
typedef enum vv_conflict_kind {
	VV_CONFLICT_CELL, /* both sides changed the cell, to different values */
	/* both sides added a row with the same key and different cells (one conflict for each
	 * cell) */
	VV_CONFLICT_ROW_ADDED,
	VV_CONFLICT_ROW_REMOVED, /* one side removed the row, and the other changed it */
	VV_CONFLICT_ROW_TWICE,   /* both sides added the row, which has no key: once, or twice? */
	/* both sides replaced the same row of base, and their new rows differ: one conflict for each
	 * row that base or a side has there */
	VV_CONFLICT_ROW_REPLACED,
	/* both sides added a row with the same key, but most of their other cells differ: two
	 * things that got the same number */
	VV_CONFLICT_KEY_TWICE,
	/* one side dropped the column, and the other changed its cells */
	VV_CONFLICT_COLUMN_REMOVED,
	/* both sides changed the column's definition or name, in different ways */
	VV_CONFLICT_COLUMN,
	VV_CONFLICT_KEY,    /* the sides have different keys, or one lost the key */
	VV_CONFLICT_ABOVE,  /* both sides changed the same lines above the table */
	VV_CONFLICT_BELOW,  /* both sides changed the same lines below the table */
	VV_CONFLICT_AROUND, /* JSON: both sides changed the same members outside of the rows */
	/* one side removed the table and the other changed it, one version is a table and the other
	 * a file, or the versions have nothing in common */
	VV_CONFLICT_TABLE
} vv_conflict_kind;

/* A conflict. Pointers are valid only during the call of vv_merge_options.conflict. */
typedef struct vv_conflict {
	vv_conflict_kind kind;
	const char *key; /* the row's key as a JSON array of texts; may be NULL */
	/* number of the row in the merged table, from 0; UINT64_MAX: ours lacks the row, or the
	 * conflict is not about a row */
	uint64_t row;
	const char *column; /* name of the column; may be NULL */
	/* the cell in the three versions; NULL: that version lacks the row or the column, or the
	 * conflict is not about a cell */
	const vv_cell *base, *ours, *theirs;
	/* only for ROW_REMOVED and ROW_TWICE without a key, and for KEY_TWICE and ROW_REPLACED: the
	 * row's cells in base, ours and theirs; each is NULL if that version lacks the row */
	const vv_cell *rows[3];
	const vv_schema *schemas[3]; /* schemas[i] is the schema of rows[i]; NULL if rows[i] is */
	uint64_t at[3]; /* at[i] is the number of rows[i] in its version; UINT64_MAX: no row */
	/* only if `rows` is set and ours lacks the row: its place in the merged table, as the
	 * number of the row that would follow it */
	uint64_t before;
	/* text for the user; may be NULL. For a cell, it is the reason why the cell's rule does not
	 * decide; for other conflicts, a description */
	const char *detail;
} vv_conflict;

/* The details of conflicts KEY_TWICE: two rows have one key, or the reason why the merge rule
 * does not decide; or the key was only found, and its name is not that of an id: the rows need not have
 * different values there. */
#define VV_KEY_TWICE "two rows, one key"
#define VV_KEY_TWICE_FOUND "two rows have one value where only different ones were found so far"

#define VV_KEY_TWICE_AGAIN                                                                         \
	"two rows, one key; an earlier merge gave one of them another key, or removed it"

/* The detail of a conflict ROW_TWICE, unless one side has all rows that the other one added. */
#define VV_ROW_TWICE "both added the row"

/* The version whose value a decision uses. */
typedef enum vv_merge_take { VV_TAKE_BASE, VV_TAKE_OURS, VV_TAKE_THEIRS } vv_merge_take;

/* A decision of the user about a conflict that an earlier merge reported. */
typedef struct vv_merge_decision {
	vv_conflict_kind kind; /* COLUMN_REMOVED, COLUMN, KEY, ABOVE, BELOW or AROUND */
	/* the column of the reported conflict; NULL: that conflict has no column */
	const char *column;
	vv_merge_take take; /* the version to use */
} vv_merge_decision;

/* A row that gets another key. Pointers are valid only during the call of
 * vv_merge_options.renumbered. */
typedef struct vv_merge_new_key {
	const char *key;     /* as in vv_conflict */
	const vv_cell *cell; /* the new last cell of the key */
	bool ours;           /* it is a row of ours, not of theirs */
} vv_merge_new_key;

/* Rows that one side copied from the other. */
typedef struct vv_merge_copy {
	uint64_t hash; /* vv_merge_row_hash of the row */
	uint64_t rows; /* number of rows with this hash */
} vv_merge_copy;
typedef struct vv_merge_copies {
	vv_merge_copy *list; /* ascending by hash */
	size_t count, cap;
} vv_merge_copies;
void vv_merge_copies_clear(vv_merge_copies *c);
VV_AUTO_CLEAR(vv_merge_copies, vv_merge_copies_clear)
/* Returns a hash of the bytes of a row's cells, which does not depend on the repository. */
uint64_t vv_merge_row_hash(const vv_cell *cells, size_t columns);

/* A row of base that is not the side's row with its key: an earlier merge met two rows with this key. */
typedef struct vv_merge_move {
	const char *key; /* as in vv_conflict; in the arena */
	/* the key of the row in the side, in the same form; NULL: the row is not in the side, or it is
	 * unknown which one it is */
	const char *to;
	bool ours; /* the side is ours, not theirs */
} vv_merge_move;
typedef struct vv_merge_moves {
	vv_arena arena;
	vv_merge_move *list;
	size_t count, cap;
	/* some earlier merges could not be read, so moves may be missing */
	bool part;
} vv_merge_moves;
void vv_merge_moves_clear(vv_merge_moves *m);
VV_AUTO_CLEAR(vv_merge_moves, vv_merge_moves_clear)

/* The options of a merge; pointers are borrowed. */
typedef struct vv_merge_options {
	/* names of the columns that identify rows, followed by NULL; an empty list: rows have no
	 * key; NULL: the key of base or, if it has none or a side lacks its columns, of the sides */
	const char *const *key;
	/* base and theirs have a key, and contain only the rows to be changed; the merge leaves all
	 * other rows of ours unchanged */
	bool part;
	/* number of columns that the header names; a row with further cells is changed as a whole: if both
	 * sides changed it, each cell that differs is a conflict. 0: there are no such rows */
	size_t named;
	/* rows that both sides added with one key are one row, however few of their cells are equal:
	 * there is no conflict KEY_TWICE */
	bool one_row;
	/* receives each conflict; may be NULL */
	vv_status (*conflict)(void *payload, const vv_conflict *c, vv_error *err);
	/* finds the rows without a key that one side copied from the other. It is called only if
	 * this can decide something. certain: only those whose commits prove that one is a copy of
	 * the other. NULL: no row is known to be a copy */
	vv_status (*copies)(void *payload, bool certain, vv_merge_copies *out, vv_error *err);
	/* finds the rows of base that have another key in a side since an earlier merge. key: names of
	 * the key's columns, followed by NULL; keys: `count` keys as in vv_conflict of rows that both
	 * sides may have changed; moves of other rows may be missing. It is called at most once, and
	 * only if this can decide something. NULL: there was no earlier merge */
	vv_status (*moves)(void *payload, const char *const *key, const char *const *keys,
			   size_t count, vv_merge_moves *out, vv_error *err);
	/* receives each row that gets another key by the rule "new keys"; may be NULL */
	vv_status (*renumbered)(void *payload, const vv_merge_new_key *k, vv_error *err);
	void *payload;                      /* for these functions */
	const vv_merge_decision *decisions; /* conflicts with a decision are not reported */
	size_t decision_count;
	const vv_merge_rules *rules; /* borrowed; NULL: no rules */
	/* text for the user: the reason why both sides may contain the same change, which the rule
	 * "sum" would count twice; NULL: both sides certainly have different changes */
	const char *twice;
	/* text for the user: the reason why the rule "new keys" is not applied; NULL: it is */
	const char *keeps_keys;
	/* The side with the smaller commit id wins where both sides changed something that cannot
	 * conflict, such as the order of rows. If an id is NULL or both are equal, the CIDs of the
	 * tables are compared instead. */
	const char *ours_id,         /* id of the commit of ours */
		*theirs_id;          /* id of the commit of theirs */
	const char *temp_dir;        /* folder for temporary files */
	vv_pool *pool;               /* may be NULL */
	const vv_progress *progress; /* may be NULL */
	uint64_t secret;             /* the repository's secret, as for vv_import_options */
	/* the scan cache of ours, with hashes by `secret`: groups of ours that the merge leaves as
	 * they are need not be read and encoded again. The sink has the blocks of ours; may be NULL */
	const vv_scan_cache *cache;
} vv_merge_options;

/* The statistics of a merge. */
typedef struct vv_merge_stats {
	uint64_t conflicts;             /* number of conflicts */
	uint64_t rows_from_theirs,      /* number of rows that theirs added */
		cells_from_theirs,      /* number of cells of other rows that theirs changed */
		rows_removed_by_theirs; /* number of rows that theirs removed */
	/* number of rows with cells that are counted in cells_from_theirs */
	uint64_t rows_changed_by_theirs;
	bool took_theirs,  /* ours equals base, and theirs does not: the result is theirs */
		took_ours; /* theirs equals base or ours: the result is ours */
	/* for each vv_merge_rule_kind: number of cells that both sides changed and such a rule
	 * decided */
	uint64_t by_rule[VV_MERGE_RULES];
	/* numbers of rows that one side removed and the other changed: */
	uint64_t rows_kept,   /* which a rule kept */
		rows_deleted; /* which a rule deleted */
	/* numbers of rows without a key that both sides added: */
	uint64_t rows_once, /* which a rule took once */
		rows_twice; /* which a rule took twice */
	/* number of rows with a key that both sides used, which got the next free key by a rule */
	uint64_t rows_renumbered;
} vv_merge_stats;

#endif
