/*
 * figure: computes a figure, which is an aggregate of the rule language, such as 'sum(price)', for
 * any version of a table.
 *
 * A row group is read once for all versions that have it. The results for versions are stored in
 * the cache of checks. A renamed column is found by comparing a version with the version of the
 * previous call; so the caller proceeds from newer versions to older ones.
 *
 * 	vv_figure_open(&f, repo, reader, "sum(price)", &where, NULL, err);
 * 	vv_figure_of(f, &commit, path, &value, err);          for each version, newest first
 * 	vv_figure_close(f);                                   saves the results
 */
#ifndef VV_LIB_VIEW_FIGURE_H
#define VV_LIB_VIEW_FIGURE_H

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "dataset/rows/sums.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

/* A figure. */
typedef struct vv_figure vv_figure;

/* Opens the figure with the aggregate `figure` as *out. where: conditions; only rows that meet all
 * of them are included; NULL: all rows are. by: expressions, as after 'group by' in a rule; the
 * result is then a value for each group of rows; NULL or empty: one value for all rows. r and
 * reader are borrowed. */
vv_status vv_figure_open(vv_figure **out, vv_repository *r, vv_dataset_reader *reader,
			 const char *figure, const vv_strings *where, const vv_strings *by,
			 vv_error *err);
void vv_figure_close(vv_figure *f); /* accepts NULL */
VV_AUTO_FREE(vv_figure, vv_figure_close)

/* The kind of a result. */
typedef enum vv_figure_kind {
	VV_FIGURE_NONE = VV_SUMS_NONE,     /* null */
	VV_FIGURE_NUMBER = VV_SUMS_NUMBER, /* a number */
	VV_FIGURE_TEXT = VV_SUMS_TEXT,     /* a text */
	VV_FIGURE_NO_COLUMN, /* no result: the version does not have a column of the aggregate */
	/* a JSON object that has a member for each group, in order: "region=West": 12.5 */
	VV_FIGURE_GROUPS
} vv_figure_kind;
#define VV_FIGURE_GROUPS_MAX 200u /* most groups of a version */
/* The result for a version. */
typedef struct vv_figure_value {
	vv_figure_kind kind;
	/* the number, text or object; empty for VV_FIGURE_NONE and VV_FIGURE_NO_COLUMN */
	vv_buf text;
} vv_figure_value;
void vv_figure_value_clear(vv_figure_value *v);
VV_AUTO_CLEAR(vv_figure_value, vv_figure_value_clear)

/* Makes f call go_on before each row group is read. If go_on fails, vv_figure_of returns its
 * status; vv_figure_close then saves the results for the row groups that were read. */
void vv_figure_watch(vv_figure *f, vv_status (*go_on)(void *payload, vv_error *err), void *payload);

/* Sets *out, which must be zeroed or the result of an earlier call, to the result for the version
 * of `path` in *commit. VV_EUSAGE: the figure is not an aggregate, the version of the first call
 * does not have its columns, or a version has more than VV_FIGURE_GROUPS_MAX groups. VV_EMISSING: blocks are missing. VV_EINPUT: the path is not a
 * table. */
vv_status vv_figure_of(vv_figure *f, const vv_oid *commit, const char *path, vv_figure_value *out,
		       vv_error *err);

#endif
