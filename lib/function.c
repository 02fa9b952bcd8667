/*
 * function: the functions of conditions, for other languages: how public values become theirs.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/rows/function.h"
#include "lib/handles.h"

#define ARGUMENTS 16u /* no function takes more */

struct varve_function {
	vv_function *function;
	varve_function_facts facts;
};

void varve_function_free(varve_function *function)
{
	if (function) {
		vv_function_free(function->function);
		vv_free(function);
	}
}

static vv_status open_function(varve_function *f, size_t place, vv_error *err)
{
	vv_function_facts facts;

	if (!vv_function_info(&facts, place)) {
		return vv_fail(err, VV_ENOTFOUND, "no function has the number %zu", place);
	}
	if (!f || !(f->function = vv_function_new(place))) return vv_fail_nomem(err);
	f->facts = (varve_function_facts){.name = facts.name,
					  .least = facts.least,
					  .most = facts.most,
					  .sqlite = facts.sqlite == 's'   ? VARVE_SQLITE_SAME
						    : facts.sqlite == 'r' ? VARVE_SQLITE_REAL
									  : VARVE_SQLITE_NONE};
	return VV_OK;
}

int varve_function_open(varve_function **out, size_t place, varve_error *err)
{
	vv_error e;

	*out = vv_calloc(1, sizeof(**out));
	vv_status rc = open_function(*out, place, &e);
	if (rc < 0) {
		varve_function_free(*out);
		*out = NULL;
	}
	return vv_give(err, rc, &e);
}

const varve_function_facts *varve_function_info(const varve_function *function)
{
	return &function->facts;
}

static vv_status take_value(vv_given *out, char digits[24], const varve_value *v, vv_error *err)
{
	*out = (vv_given){.kind = v->kind == VARVE_VALUE_NULL   ? VV_GIVEN_NULL
				  : v->kind == VARVE_VALUE_TEXT ? VV_GIVEN_TEXT
								: VV_GIVEN_NUMBER,
			  .text = v->text.data,
			  .len = v->text.len};
	if (v->kind == VARVE_VALUE_INT64) {
		out->len = (size_t)snprintf(digits, 24, "%lld", (long long)v->i);
		out->text = digits;
	}
	return out->kind != VV_GIVEN_NUMBER || v->kind == VARVE_VALUE_INT64 ||
			       v->kind == VARVE_VALUE_DECIMAL
		       ? VV_OK
		       : vv_fail(err, VV_EUSAGE, "a function cannot have an argument of kind %d",
				 (int)v->kind);
}

static void give_value(varve_value *out, const vv_given *v)
{
	static const int32_t kinds[] = {VARVE_VALUE_NULL, VARVE_VALUE_TEXT, VARVE_VALUE_DECIMAL,
					VARVE_VALUE_BOOL, VARVE_VALUE_DATE, VARVE_VALUE_DATETIME};
	const size_t sign = v->kind == VV_GIVEN_NUMBER && *v->text == '-';
	uint64_t n;

	*out = (varve_value){.kind = kinds[v->kind], .i = v->i, .text = {v->text, v->len}};
	if (v->kind == VV_GIVEN_NUMBER && vv_parse_u64(&n, v->text + sign, v->len - sign) &&
	    n <= INT64_MAX) {
		out->kind = VARVE_VALUE_INT64;
		out->i = sign ? -(int64_t)n : (int64_t)n;
	}
}

int varve_function_call(varve_value *value, varve_function *function, const varve_value *args,
			size_t count, varve_error *err)
{
	vv_given own[ARGUMENTS], out = {.kind = VV_GIVEN_NULL};
	char digits[ARGUMENTS][24];
	vv_error e;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < count && i < ARGUMENTS && rc == VV_OK; i++) {
		rc = take_value(&own[i], digits[i], &args[i], &e);
	}
	if (rc == VV_OK) {
		rc = vv_function_call(&out, function->function, own, count, &e);
	}
	if (rc < 0) {
		out.kind = VV_GIVEN_NULL;
	}
	give_value(value, &out);
	return vv_give(err, rc, &e);
}
