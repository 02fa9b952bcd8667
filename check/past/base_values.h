/*
 * base_values: the values of columns against those of a base. For this room alone.
 */
#ifndef VV_CHECK_PAST_BASE_VALUES_H
#define VV_CHECK_PAST_BASE_VALUES_H

#include "check/past/base_findings.h"

/* Does nothing where its rules are off. */
vv_status base_check_values(base_check *c, vv_error *err);

#endif
