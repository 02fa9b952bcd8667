/*
 * erase: finds values, or the rows that meet a condition, in all versions of a repository, for 'varve erase'.
 * Changes nothing; erase_apply.h does.
 *
 * 	vv_erase e = {.values = values, .columns = columns};
 * 	vv_erase_find(&e, repo, reader, err);
 * 	... e.spots ...
 * 	vv_erase_clear(&e);
 *
 * The history of all refs (but varve's own), of the refs `also` of remotes, reflogs, stashes and work trees' HEADs is searched, and
 * the index and the changed files of this work tree. Versions that cannot be searched are in e.gaps.
 */
#ifndef VV_LIB_SPACE_ERASE_H
#define VV_LIB_SPACE_ERASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "base/progress.h"
#include "base/text.h"
#include "lib/space/erase_commits.h"
#include "lib/space/erase_scan.h"
#include "lib/space/erase_values.h"
#include "repo/git/oid.h"

/* A day of a commit. */
typedef struct vv_erase_day {
	vv_oid commit; /* null: none */
	int64_t time;
	int offset_min;
} vv_erase_day;

/* Values in one column of a path, or in its bytes, in some versions. Texts are borrowed from the vv_erase. */
typedef struct vv_erase_spot {
	const char *path, *table, *column; /* table, column: as in vv_erase_place */
	vv_erase_kind kind;
	bool asked;    /* the column is one of vv_erase.columns, or was renamed from or to one */
	uint64_t rows; /* most rows in one version */
	uint64_t versions;        /* different versions in the history */
	vv_erase_day first, last; /* of the commits that brought such a version */
	bool staged, work;        /* also in the index; in the work tree */
	unsigned reached;         /* bits 1 << VV_REACH_... */
} vv_erase_spot;

/* A version, or several, that was not searched completely. */
typedef struct vv_erase_gap {
	const char *path, *why;
	uint64_t versions; /* 0: not a version of the history */
	bool expired;      /* the policy removed its rows from here */
} vv_erase_gap;

/* Where else than in files values are. */
typedef enum vv_erase_note_kind {
	VV_ERASE_MESSAGE, /* the message of a commit */
	VV_ERASE_PERSON,  /* author or committer of a commit */
	VV_ERASE_TAG,     /* message or tagger of a tag */
	VV_ERASE_REF,     /* the name of a ref */
	VV_ERASE_PATH,    /* the name of a file */
	VV_ERASE_LOG,     /* a line of a reflog */
	VV_ERASE_NOTES
} vv_erase_note_kind;
typedef struct vv_erase_note {
	vv_erase_note_kind kind;
	vv_erase_day day; /* of a commit */
	const char *name; /* the ref, the path, the entry of a reflog; NULL: a commit */
} vv_erase_note;

/* A value of a key that a table had again after it was gone. */
typedef struct vv_erase_reused {
	const char *path, *column;
	size_t place; /* of the value */
	vv_erase_day again;
	uint64_t times; /* how often it came */
} vv_erase_reused;

/* A version with a value, or a row. */
typedef struct vv_erase_hit {
	const char *path; /* of notes: in their tree */
	vv_oid blob;
} vv_erase_hit;

/* A search. Set the first members, and zero the others. */
typedef struct vv_erase {
	vv_erase_values *values;   /* borrowed; NULL: where is set */
	const vv_strings *columns; /* borrowed; NULL: any column */
	const vv_strings *where;   /* conditions; then path is set */
	const char *path;          /* the table that where is for; borrowed */
	const vv_oid *from; /* only this commit and those that descend from it; may be NULL */
	bool all;           /* do not look for keys that were reused */
	/* commits and tags of refs of remotes, which are here, and count as branches; may be NULL */
	const vv_oids *also;
	const vv_progress *progress; /* may be NULL */
	/* the result */
	vv_arena arena;
	vv_erase_spot *spots; /* by path, table, kind and column */
	size_t spot_count, spot_cap;
	vv_erase_gap *gaps;
	size_t gap_count, gap_cap;
	size_t open_count; /* of gaps that have not expired: 0 if everything here was searched */
	vv_erase_note *notes;
	size_t note_count, note_cap;
	vv_erase_reused *reused;
	size_t reused_count, reused_cap;
	const char **refs; /* those whose commit has one of the spots */
	size_t ref_count, ref_cap;
	vv_erase_found found;                           /* the values that were found anywhere */
	uint64_t commits, versions, groups, group_uses; /* numbers of the search */
	vv_erase_hit *hits;                             /* those of the history */
	size_t hit_count, hit_cap;
	vv_string_list names;     /* `columns`, and the names from and to which they were renamed */
	vv_erase_commits history; /* the commits that were searched */
	vv_erase_scanner *scanner; /* which searched them */
} vv_erase;

/* Searches. VV_ENOTFOUND: no version of a table has one of e->columns, or no version has e->path. */
vv_status vv_erase_find(vv_erase *e, vv_repository *repo, vv_dataset_reader *reader, vv_error *err);
void vv_erase_clear(vv_erase *e);
VV_AUTO_CLEAR(vv_erase, vv_erase_clear)

#endif
