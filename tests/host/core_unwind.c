/* bpf/stack.bpf.h, compiled as C: the stack of a process of which there is a core. The test gives what the kernel would. */
#define PLUMB_LOOP_HELPER
#include "tracer.bpf.h"

#include <stdlib.h>

extern const __u32 parts_offset, scratch_bytes, user_frames_offset, end_offset, frames_offset;
const __u32 parts_offset = __builtin_offsetof(struct plan, stack_parts);
const __u32 scratch_bytes = sizeof(struct stack_scratch);
const __u32 user_frames_offset = __builtin_offsetof(struct stack_record, head.user_frames);
const __u32 end_offset = __builtin_offsetof(struct stack_record, head.end);
const __u32 frames_offset = __builtin_offsetof(struct stack_record, frames);

/* In the order of the kernel's struct pt_regs. */
extern __u64 core_registers[SAVED_REGISTERS];
__u64 core_registers[SAVED_REGISTERS];

/* What begins with the tree of mappings is another kind of struct here than the rest. */
static union {
	struct mm_struct whole;
	struct mm_struct___probed probed;
	struct mm_struct___tree tree;
} memory;
static struct task_struct task = { .pid = 1, .tgid = 1, .mm = &memory.whole };

__u64 bpf_get_current_task(void)
{
	return (__u64)&task;
}

struct task_struct *bpf_get_current_task_btf(void)
{
	return &task;
}

long bpf_task_pt_regs(struct task_struct *of)
{
	return (long)core_registers;
}

long bpf_get_task_stack(struct task_struct *of, void *buf, __u32 size, __u64 flags)
{
	return 0;
}

void set_tree(void *root);
void set_tree(void *root)
{
	memory.probed.start_code = 1;
	memory.tree.mm_mt.ma_root = root;
}

/* To be freed. */
void *make_mapping(__u64 begin, __u64 end, __u64 page, void *inode);
void *make_mapping(__u64 begin, __u64 end, __u64 page, void *inode)
{
	struct {
		struct vm_area_struct vma;
		struct file file;
	} *made = calloc(1, sizeof(*made));

	made->vma = (struct vm_area_struct){ begin, end, page, inode ? &made->file : NULL };
	made->file.f_inode = inode;
	return made;
}
