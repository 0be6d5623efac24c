import { and, asc, count, eq } from "drizzle-orm";
import { type Database, sqlStateOf } from "@/drizzle/client";
import { type SavedView, savedViews } from "@/drizzle/schema";
import { PneumoscopeError } from "@/lib/errors";

const mostViews = 50;

interface Owner {
  userId: string;
  page: "runs";
}

const owned = ({ userId, page }: Owner) => and(eq(savedViews.userId, userId), eq(savedViews.page, page));

/** A person's own views of a page, by name. */
export function listViews(db: Database, owner: Owner): Promise<SavedView[]> {
  return db.select().from(savedViews).where(owned(owner)).orderBy(asc(savedViews.name));
}

/** @throws VIEW_REFUSED where the name is taken or there are fifty already */
export async function saveView(db: Database, owner: Owner, view: { name: string; query: string }) {
  const [{ views } = { views: 0 }] = await db.select({ views: count() }).from(savedViews).where(owned(owner));
  if (views >= mostViews)
    throw new PneumoscopeError("VIEW_REFUSED", `There are ${mostViews} views already. Delete one first.`);
  return nameOnce(view.name, async () => {
    const [saved] = await db
      .insert(savedViews)
      .values({ ...owner, ...view })
      .returning({ id: savedViews.id });
    return saved;
  });
}

/** Another person's view is not found. @throws VIEW_NOT_FOUND, VIEW_REFUSED */
export async function renameView(db: Database, owner: Owner, { id, name }: { id: string; name: string }) {
  const renamed = await nameOnce(name, () =>
    db
      .update(savedViews)
      .set({ name })
      .where(and(eq(savedViews.id, id), owned(owner)))
      .returning({ id: savedViews.id }),
  );
  if (renamed.length === 0) throw notFound();
}

/** @throws VIEW_NOT_FOUND */
export async function deleteView(db: Database, owner: Owner, id: string): Promise<void> {
  const deleted = await db
    .delete(savedViews)
    .where(and(eq(savedViews.id, id), owned(owner)))
    .returning({ id: savedViews.id });
  if (deleted.length === 0) throw notFound();
}

async function nameOnce<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (sqlStateOf(error) !== "23505") throw error;
    throw new PneumoscopeError("VIEW_REFUSED", `You have a view named “${name}” already.`, { cause: error });
  }
}

function notFound(): PneumoscopeError {
  return new PneumoscopeError("VIEW_NOT_FOUND", "You have no such view.");
}
