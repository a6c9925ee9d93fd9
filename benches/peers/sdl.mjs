// The part of the server's schema that the three reads need, with the same names.

export const sdl = `
  scalar DateTime
  scalar Locale
  scalar Markdown

  type Query {
    campaigns(first: Int): CampaignConnection!
    events(first: Int): EventConnection!
    resource(by: ResourceBy!): Resource
    resources(first: Int, filter: ResourceFilter): ResourceConnection!
  }

  input ResourceBy {
    slug: String!
  }

  input ResourceFilter {
    regions: [String!]
    topics: [String!]
  }

  type PageInfo {
    endCursor: String
    hasNextPage: Boolean!
  }

  type CampaignConnection {
    nodes: [Campaign!]!
    pageInfo: PageInfo!
  }

  type EventConnection {
    nodes: [Event!]!
    pageInfo: PageInfo!
  }

  type ResourceConnection {
    nodes: [Resource!]!
    pageInfo: PageInfo!
  }

  type Campaign {
    id: ID!
    publisher: Organization!
    regions: [Region!]!
    slug: String!
    summary: String
    title: String!
    topics: [Topic!]!
    urgency: CampaignUrgency!
  }

  enum CampaignUrgency {
    CRITICAL
    HIGH
    NORMAL
    ONGOING
  }

  type Event {
    id: ID!
    slug: String!
    startsAt: DateTime!
    title: String!
  }

  type Resource {
    body: Markdown
    category: ResourceCategory!
    id: ID!
    publishedAt: DateTime
    publisher: Organization!
    regions: [Region!]!
    slug: String!
    summary: String
    title: String!
    topics: [Topic!]!
    translations: [Translation!]!
  }

  enum ResourceCategory {
    DIRECTORY
    EDUCATION
    HARM_REDUCTION_INFO
    LEGAL_INFORMATION
    MEDIA
    MEMORIAL
    NEWS
    OTHER
    POLICY
    RESEARCH
    STATEMENT
    TOOLKIT
  }

  type Translation {
    locale: Locale!
    summary: String
    title: String!
  }

  type Organization {
    id: ID!
    name: String!
  }

  type Region {
    id: ID!
    name: String!
  }

  type Topic {
    id: ID!
    name: String!
  }
`;
