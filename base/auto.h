/*
 * auto: variables that the compiler releases at the end of their block (attribute cleanup of gcc
 * and clang).
 *
 * For each type, a header uses one of these macros beside the function that releases a value of the
 * type. The function must accept NULL or an empty value:
 *
 *	void vv_store_close(vv_store *s); // accepts NULL
 *	VV_AUTO_FREE(vv_store, vv_store_close)
 *	void vv_schema_clear(vv_schema *s); // accepts a schema that is empty or was cleared
 *	VV_AUTO_CLEAR(vv_schema, vv_schema_clear)
 *
 * A function initialises each variable in its declaration, and may then return anywhere. It hands a
 * pointer to its caller with vv_take:
 *
 *	vv_auto(vv_schema) a = {0};
 *	vv_auto(vv_store) *s = NULL;
 *	vv_status rc;
 *
 *	if ((rc = read_schema(&a, path, err)) < 0 || (rc = vv_store_open(&s, dir, true, err)) < 0) {
 *		return rc;
 *	}
 *	*out = vv_take(&s);
 *	return VV_OK;
 *
 * The variables are released in the reverse order of their declarations, after the return value is
 * computed. Declare a variable that borrows from another one after that one. Declare a lock before
 * everything that must be released while the lock is held. No goto or case may jump over a
 * declaration. If closing an object can fail, as with a written file, close the object explicitly
 * and check the result.
 */
#ifndef VV_BASE_AUTO_H
#define VV_BASE_AUTO_H

#include <stddef.h>

/* Marks a parameter that a callback must have, but does not use. */
#define VV_UNUSED __attribute__((unused))

/* Declares a variable that is released at the end of its block. */
#define vv_auto(type) __attribute__((cleanup(type##_auto))) type

/* Defines vv_auto(type) for variables that are values of the type. The function `clear` clears
 * them. */
#define VV_AUTO_CLEAR(type, clear)                                                                 \
	static inline void type##_auto(type *vv_auto_value)                                        \
	{                                                                                          \
		clear(vv_auto_value);                                                              \
	}

/* Defines vv_auto(type) for variables that are pointers to the type. The function `free` frees or
 * closes the object to which the variable points. */
#define VV_AUTO_FREE(type, free)                                                                   \
	static inline void type##_auto(type **vv_auto_pointer)                                     \
	{                                                                                          \
		free(*vv_auto_pointer);                                                            \
	}

/* Evaluates to the pointer *p, which the caller then owns, and sets *p to NULL. */
#define vv_take(p)                                                                                 \
	__extension__({                                                                            \
		__typeof__(p) vv_taken_from = (p);                                                 \
		__typeof__(*vv_taken_from) vv_taken = *vv_taken_from;                              \
		*vv_taken_from = NULL;                                                             \
		vv_taken;                                                                          \
	})

/* Moves the pointer *p to *out, sets *p to NULL, and evaluates to VV_OK. For the end of a function:
 * return vv_hand_over(out, &made); */
#define vv_hand_over(out, p) (*(out) = vv_take(p), VV_OK)

#endif
