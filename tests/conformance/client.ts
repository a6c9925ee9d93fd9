// What a partner's app does with the generated types. Never run: that the compiler takes it is the test, and that it
// refuses what stands below each `@ts-expect-error`.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { CampaignAsksDocument, LatestUpdatesDocument, ResourcesDocument } from './generated/codegen/api';
import type { ContentNote, Resource, ResourceFilter } from './generated/codegen/schema';

declare function request<Answer, Variables>(document: TypedDocumentNode<Answer, Variables>, variables: Variables): Promise<Answer>;

export async function titlesInFrench(): Promise<string[]> {
  const { resources } = await request(ResourcesDocument, { regions: ['CA-QC'], topics: null, locales: ['fr-CA'] });
  const next: string | null | undefined = resources.pageInfo.endCursor;
  return resources.nodes.map((resource) => `${resource.title} (${resource.localization?.locale ?? 'und'}) ${next ?? ''}`);
}

export async function whatIsAsked(slug: string): Promise<string[]> {
  const { campaign } = await request(CampaignAsksDocument, { slug });
  if (!campaign) return [];
  return campaign.asks.map((ask) => {
    switch (ask.__typename) {
      case 'DonateAsk':
        return `${ask.title}: ${ask.payee.name}, ${ask.goal?.amount ?? '?'} ${ask.goal?.currency ?? ''}`;
      case 'GoodsAsk':
        return ask.items.map((item) => `${item.name} ${item.quantity ?? ''}`).join();
      case 'VolunteerAsk':
        return ask.roles.join();
      default:
        return ask.title;
    }
  });
}

export async function severities(): Promise<string[]> {
  const { regionalUpdates } = await request(LatestUpdatesDocument, {});
  return regionalUpdates.nodes.map((update) => {
    // @ts-expect-error: only drug alerts have a severity
    const wrong = update.severity;
    return update.__typename === 'DrugAlert' ? update.severity : update.title;
  });
}

export const filter: ResourceFilter = { regions: ['CA-BC'], excludeContentNotes: ['DEATH', 'GRIEF'] };

// @ts-expect-error: no such note
export const note: ContentNote = 'SPOILERS';

// @ts-expect-error: a title is never null
export const untitled: Resource['title'] = null;

// @ts-expect-error: the slug is required
export const forgotten = () => request(CampaignAsksDocument, {});
