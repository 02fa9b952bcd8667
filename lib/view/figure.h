/*
 * figure: computes an aggregate of the rule language, 'sum(price)', for any version of a table.
 *
 * A row group is counted once for all versions that have it; results of versions are stored in the cache of checks. A renamed
 * column is found by its values, starting from the version of the previous call; so the caller proceeds from newer versions
 * to older ones.
 *
 *	vv_figure_open(&f, repo, reader, "sum(price)", &where, err);
 *	vv_figure_of(f, &commit, path, &text, err);           any number, newest first
 *	vv_figure_close(f);                                   keeps the answers
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

typedef struct vv_figure vv_figure;

/* r and reader are borrowed. where: conditions that rows meet, all of them; NULL: all rows count. */
vv_status vv_figure_open(vv_figure **out, vv_repository *r, vv_dataset_reader *reader,
			 const char *figure, const vv_strings *where, vv_error *err);
void vv_figure_close(vv_figure *f); /* accepts NULL */
VV_AUTO_FREE(vv_figure, vv_figure_close)

typedef enum vv_figure_kind {
	VV_FIGURE_NONE = VV_SUMS_NONE,
	VV_FIGURE_NUMBER = VV_SUMS_NUMBER,
	VV_FIGURE_TEXT = VV_SUMS_TEXT,
	VV_FIGURE_NO_COLUMN /* in this version */
} vv_figure_kind;
typedef struct vv_figure_value {
	vv_figure_kind kind;
	vv_buf text; /* empty: no value, or no column */
} vv_figure_value;
void vv_figure_value_clear(vv_figure_value *v);
VV_AUTO_CLEAR(vv_figure_value, vv_figure_value_clear)

/* Called before each row group is read: below 0 ends vv_figure_of, which returns it. The counts of the groups before are
 * cached, too. */
void vv_figure_watch(vv_figure *f, vv_status (*go_on)(void *payload, vv_error *err), void *payload);

/* Replaces the value. VV_EUSAGE: not an aggregate, or the first version of all calls has no such column; VV_EMISSING;
 * VV_EINPUT: not a table. */
vv_status vv_figure_of(vv_figure *f, const vv_oid *commit, const char *path, vv_figure_value *out,
		       vv_error *err);

#endif
