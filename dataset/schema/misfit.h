/*
 * misfit: words for a value that a field does not accept (vv_field_accepts).
 */
#ifndef VV_DATASET_SCHEMA_MISFIT_H
#define VV_DATASET_SCHEMA_MISFIT_H

#include "base/buf.h"
#include "dataset/schema/field.h"

/* Returns the words after such a value: "is not a number", "is not an e-mail address"; a constant. */
const char *vv_misfit_words(const vv_field *f);
/* Appends the expected value: "an integer", "a date as %d.%m.%Y". */
void vv_misfit_put_expected(vv_buf *out, const vv_field *f);

#endif
