/*
 * base_internal: compares a version with its base.
 */
#ifndef VV_CHECK_PAST_BASE_INTERNAL_H
#define VV_CHECK_PAST_BASE_INTERNAL_H

#include "check/past/base_findings.h"

/* ---- base_rows: types, and rows gone, new and changed, against a base ---- */

/* Each function does nothing if its rules are off. */
vv_status base_check_types(base_check *c, vv_error *err);
vv_status base_check_rows(base_check *c, vv_error *err);

/* Sets *out to the number of values in column b of t, in groups that only t has, that are not of
 * the type of the base's column a. */
vv_status base_count_contradictions(base_check *c, size_t a, size_t b, uint64_t *out,
				    vv_error *err);

/* ---- base_excel: values that Excel spelled in another way ---- */

vv_status base_check_excel(base_check *c, vv_error *err);

/* ---- base_values: the values of columns against those of a base ---- */

/* Does nothing if its rules are off. */
vv_status base_check_values(base_check *c, vv_error *err);

#endif
